"""What is given to a simulated person, and when: doses in words, schedules and scenarios."""
