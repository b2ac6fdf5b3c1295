// The page stands without this script: every assessment is in the HTML. It shows one at a time and draws the charts.
"use strict";

const panels = [...document.querySelectorAll(".assessment")];

function choose(index) {
  const radio = document.querySelector(`input[name="moment"][value="${index}"]`);
  radio.checked = true;
  const list = radio.closest(".moments");
  list.scrollTop = radio.parentElement.offsetTop - list.offsetTop - list.clientHeight / 2;
  state.moment = index;
  panels.forEach((panel, place) => { panel.hidden = place !== index; });
  const at = data.moments[index];
  if (shownWindow && (following || at < shownWindow.min || at > shownWindow.max)) show(near(), true);
  else drawLanes();
  drawMap();
}

function speak() {
  const panel = panels[state.moment];
  const words = [".verdict h2", ".headline"].map((part) => panel.querySelector(part).textContent.replace(/\s+/g, " ").trim());
  document.getElementById("spoken").textContent = words.join(". ");
}

function age(milliseconds) {
  const hours = milliseconds / HOUR;
  if (hours < 1) return `${Math.max(0, Math.round(hours * 60))} min ago`;
  return hours < 72 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} days ago`;
}

function start() {
  document.querySelectorAll("[data-age]").forEach((pill) => {
    pill.textContent = age(Date.now() - Date.parse(pill.dataset.age));
  });
  const moments = [...document.querySelectorAll('input[name="moment"]')];
  const chosen = moments.findIndex((radio) => radio.checked);
  if (moments.length) choose(chosen < 0 ? moments.length - 1 : chosen);
  moments.forEach((radio, index) => radio.addEventListener("change", () => { choose(index); speak(); }));
  document.querySelectorAll('input[name="words"]').forEach((radio) => {
    const take = () => {
      if (!radio.checked) return;
      state.plain = radio.value === "plain";
      document.documentElement.dataset.words = radio.value;
      drawMap();
    };
    radio.addEventListener("change", take);
    take();
  });
  startLanes();
  startMap();
  const fit = (paper) => {
    printing = paper;
    const width = paper ? PAPER : "auto";
    if (charts.lanes) {
      document.getElementById("lanes").style.height = layout().height + "px";
      charts.lanes.resize({ width });
    }
    if (charts.map) charts.map.resize({ width });
    drawLanes();
    drawMap();
  };
  window.addEventListener("resize", () => fit(false));
  window.addEventListener("beforeprint", () => fit(true));
  window.addEventListener("afterprint", () => fit(false));
  document.getElementById("print").addEventListener("click", () => window.print());
}

start();
