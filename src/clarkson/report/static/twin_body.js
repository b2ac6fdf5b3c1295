// The figure of the body at the time of its slider: colours, the gauge of plasma, and the table.
"use strict";

{
  const { body } = drawn;
  const slider = document.getElementById("when");
  const level = document.getElementById("plasma-level");
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    document.getElementById("when-words").textContent = hoursFromNow(body.hours[at]);
    body.places.forEach((place, index) => {
      const [middle, low, high] = place.litres.map((ends) => ends[at]);
      const full = Math.sqrt(Math.min(Math.max((middle ?? 0) / place.full, 0), 1));
      document.querySelector(`.water[data-place="${index}"]`).setAttribute("opacity", full.toFixed(3));
      document.querySelector(`td[data-place="${index}"]`).textContent = range([middle, low, high], place.digits);
    });
    const plasma = body.plasma.map((ends) => ends[at]);
    const height = 1.6 * Math.min(plasma[0] ?? 0, 125);
    level.setAttribute("y", (320 - height).toFixed(1));
    level.setAttribute("height", height.toFixed(1));
    document.getElementById("plasma-now").textContent = `${range(plasma, 0)} %`;
    slider.setAttribute("aria-valuetext", hoursFromNow(body.hours[at]));
  });
}
