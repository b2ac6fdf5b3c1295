// What the lanes and the map share: the data of the page, what is chosen, colours, and how numbers are said.
"use strict";

const data = JSON.parse(document.getElementById("charts").textContent);
const HOUR = 3600e3;
const PAPER = 680; // pixels between the margins of A4
const TONES = { leak: "#a8340c", possible: "#8a5a00", refill: "#1d5f8a", other: "#644691", quiet: "#4f5b68" };
const INK = "#18222d", MUTED = "#55616e", RULE = "#d9dfe5";
const FONT = getComputedStyle(document.body).fontFamily;
const TEXT = { fontFamily: FONT, fontSize: 11, color: MUTED };

const state = { moment: data.moments.length - 1, plain: false };
const charts = {};

function minus(text) {
  return text.replace("-", "−");
}

function signed(value, digits = 0) {
  const shown = value.toFixed(digits);
  return Number(shown) === 0 ? "0" : minus(value > 0 ? "+" + shown : shown);
}
