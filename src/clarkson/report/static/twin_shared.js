// What the parts of the twin's page share: its data, how numbers are said, and how a course is drawn.
"use strict";

const drawn = JSON.parse(document.getElementById("drawn").textContent);
const NS = "http://www.w3.org/2000/svg";
const CHART = { width: 320, height: 176, left: 40, right: 8, top: 8, bottom: 22 };

function minus(text) {
  return text.replace("-", "−");
}

function number(value, digits) {
  return value === null ? "not known" : minus(value.toFixed(digits));
}

function signed(value, digits) {
  const shown = value.toFixed(digits);
  return Number(shown) === 0 ? (0).toFixed(digits) : minus(value > 0 ? "+" + shown : shown);
}

function range([middle, low, high], digits, say = number) {
  return middle === null ? "not known" : `${say(middle, digits)} (${say(low, digits)} to ${say(high, digits)})`;
}

function hoursFromNow(hours) {
  if (hours === 0) return "at the last result";
  return hours < 0 ? `${-hours} h before the last result` : `${hours} h after the last result`;
}

function svg(name, attributes, parent) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.append(made);
  return made;
}

// Steps of 1, 2 or 5 that divide a range into about so many.
function ticks(low, high, about) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let each = Math.ceil(low / step) * step; each <= high + 1e-9; each += step) found.push(each);
  return { step, found };
}

// An empty chart with its axes: gives the figure, its drawing, and where a value lies.
function frame(parent, label, unit, span, values, description) {
  const known = values.filter((each) => each !== null && Number.isFinite(each));
  let low = Math.min(...known), high = Math.max(...known);
  const room = Math.max((high - low) * 0.06, Math.abs(high) * 0.01, 0.01);
  low -= room;
  high += room;
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.append(label + " ");
  const small = document.createElement("span");
  small.textContent = unit;
  caption.append(small);
  figure.append(caption);
  const { width, height, left, right, top, bottom } = CHART;
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description }, figure);
  const x = (hours) => left + ((hours - span[0]) / (span[1] - span[0])) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  const from = Math.max(span[0], 0);
  svg("rect", { class: "ahead", x: x(from), y: top, width: x(span[1]) - x(from), height: height - top - bottom }, chart);
  const vertical = ticks(low, high, 4);
  const digits = Math.max(0, -Math.floor(Math.log10(vertical.step) + 1e-9));
  for (const each of vertical.found) {
    svg("path", { class: "grid", d: `M${left} ${y(each)}H${width - right}` }, chart);
    svg("text", { x: left - 5, y: y(each) + 3.5, "text-anchor": "end" }, chart).textContent = number(each, digits);
  }
  const days = Math.max(1, Math.ceil((span[1] - span[0]) / 24 / 5));
  for (let each = Math.ceil(span[0] / 24 / days) * 24 * days; each <= span[1]; each += 24 * days) {
    svg("path", { class: "grid", d: `M${x(each)} ${top}V${height - bottom}` }, chart);
    const words = each === 0 ? "last" : minus(each > 0 ? `+${each} h` : `${each} h`);
    const anchor = each >= span[1] ? "end" : "middle";
    svg("text", { x: x(each), y: height - 7, "text-anchor": anchor }, chart).textContent = words;
  }
  if (span[0] < 0) svg("path", { class: "now", d: `M${x(0)} ${top}V${height - bottom}` }, chart);
  parent.append(figure);
  return { chart, x, y };
}

// The path between two ends of a band, in pieces where no body is left.
function between(hours, lows, highs, x, y) {
  let path = "", piece = [];
  const close = () => {
    if (piece.length > 1) {
      path += "M" + piece.map((each) => `${x(hours[each]).toFixed(1)} ${y(highs[each]).toFixed(1)}`).join("L");
      path += "L" + piece.reverse().map((each) => `${x(hours[each]).toFixed(1)} ${y(lows[each]).toFixed(1)}`).join("L") + "Z";
    }
    piece = [];
  };
  hours.forEach((_, each) => (lows[each] === null ? close() : piece.push(each)));
  close();
  return path;
}

function through(hours, values, x, y) {
  let path = "", pen = "M";
  hours.forEach((hour, each) => {
    if (values[each] === null) {
      pen = "M";
    } else {
      path += `${pen}${x(hour).toFixed(1)} ${y(values[each]).toFixed(1)}`;
      pen = "L";
    }
  });
  return path;
}

document.getElementById("print").addEventListener("click", () => print());
