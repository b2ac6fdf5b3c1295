"""``python -m clarkson`` is the command ``clarkson``."""

from clarkson.cli import main

if __name__ == "__main__":
    main()
