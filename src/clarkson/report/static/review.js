// The page of one person in a review. Without this script it stands with its tables and its form.
"use strict";

const KEYS = { y: "yes", n: "no", u: "unsure" };
const REMEMBERED = "clarkson-review-keys";

function around(moment) {
  state.moment = moment;
  show(near(), true);
}

function startChart() {
  startLanes();
  if (!charts.lanes) return;
  const chosen = Number(document.getElementById("lanes").dataset.chosen);
  if (chosen < 0) show(extent(), false);
  else around(chosen);
  document.querySelectorAll("[data-moment]").forEach((button) => {
    button.addEventListener("click", () => around(Number(button.dataset.moment)));
  });
  const fit = (paper) => {
    printing = paper;
    document.getElementById("lanes").style.height = layout().height + "px";
    charts.lanes.resize({ width: paper ? PAPER : "auto" });
    drawLanes();
  };
  window.addEventListener("resize", () => fit(false));
  window.addEventListener("beforeprint", () => fit(true));
  window.addEventListener("afterprint", () => fit(false));
}

function startKeys() {
  const box = document.getElementById("keys");
  box.closest(".keys").hidden = false;
  box.checked = localStorage.getItem(REMEMBERED) !== "off";
  box.addEventListener("change", () => localStorage.setItem(REMEMBERED, box.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input[type=text], textarea, select");
    if (!box.checked || writing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = document.querySelector(`.answer button[value="${KEYS[event.key.toLowerCase()]}"]`);
    if (button && !button.closest("details:not([open])")) button.click();
  });
}

startChart();
startKeys();
if (document.querySelector(".kept")) document.getElementById("next").focus({ preventScroll: true });
