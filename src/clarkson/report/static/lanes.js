// The lanes: what was measured and given, on one time axis, with the verdicts as shading.
"use strict";

const COLOURS = ["#a8340c", "#1d5f8a", "#644691", "#18222d"];
const EMPTY = ["emptyCircle", "emptyDiamond", "emptyTriangle", "emptyRect"];
const SYMBOLS = ["circle", "diamond", "triangle", "rect"];
const DATES = { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" };
const REACH = 10; // pixels around the pointer
const MARGIN = 6 * HOUR;
const GAP = 7 * 24 * HOUR; // a line across a longer silence would show values that nobody measured
const LONG = 21 * 24 * HOUR;
const NEAR = 84 * HOUR;

// Not Math.min(...values), which fails on a very long record.
function reach(values) {
  return values.reduce(
    ({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }),
    { low: Infinity, high: -Infinity },
  );
}

// The range of an axis: round numbers around all values, about three steps.
function rounded(values) {
  let { low, high } = reach(values);
  if (high === low) { high += Math.abs(high) * 0.05 || 1; low -= Math.abs(low) * 0.05 || 1; }
  const rough = (high - low) / 2.5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  return { min: Math.floor(low / step) * step, max: Math.ceil(high / step) * step, interval: step };
}

function ends() {
  const times = data.lanes.flatMap((lane) => lane.lines.flatMap((line) => line.points.map((point) => point.x)));
  times.push(...data.moments, ...data.doses.flatMap((dose) => [dose.from, dose.to ?? dose.from]));
  return reach(times);
}

function extent() {
  const { low, high } = ends();
  const margin = Math.max((high - low) * 0.03, HOUR);
  return { min: low - margin, max: high + margin };
}

function momentLabel(x) {
  const hours = x / HOUR;
  return Math.abs(hours) >= 240 ? signed(hours / 24, hours % 24 ? 1 : 0) + " d" : signed(hours, hours % 1 ? 1 : 0) + " h";
}

const STRIP = 20, TITLE = 30, AXIS = 24, SLIDER = 30, ROW = 20;

function layout() {
  const height = printing ? 84 : window.innerWidth < 600 ? 96 : 112;
  let top = STRIP + 4;
  const places = data.lanes.map(() => {
    const place = { top: top + TITLE, height };
    top += TITLE + height;
    return place;
  });
  const kinds = [...new Set(data.doses.map((dose) => dose.kind))];
  if (kinds.length) {
    places.push({ top: top + TITLE, height: kinds.length * ROW + 6 });
    top += TITLE + kinds.length * ROW + 6;
  }
  return { places, kinds, height: top + AXIS + SLIDER };
}

// A shaded area for each verdict; `strong` is the strip with the words on top, drawn from what the window leaves.
function shading(range, window_, width, strong) {
  const pixels = width / (window_.max - window_.min);
  return data.spans.map((span) => {
    const from = span.from, to = span.to ?? range.max;
    const seen = (Math.min(to, window_.max) - Math.max(from, window_.min)) * pixels;
    return [
      {
        xAxis: strong ? Math.max(from, window_.min) : from,
        itemStyle: { color: TONES[span.tone], opacity: strong ? 0.16 : 0.055 },
        label: {
          show: strong && seen > 44, position: "insideLeft", formatter: span.word, color: TONES[span.tone],
          fontFamily: FONT, fontSize: 11, fontWeight: 600, width: Math.max(seen - 6, 1), overflow: "truncate", ellipsis: "…",
        },
      },
      { xAxis: strong ? Math.min(to, window_.max) : to },
    ];
  }).filter(([start, end]) => end.xAxis > start.xAxis);
}

function selectedLine() {
  return {
    silent: true, symbol: "none", animation: false, label: { show: false },
    lineStyle: { color: INK, width: 1.2, type: "solid" },
    data: state.moment < 0 ? [] : [{ xAxis: data.moments[state.moment] }],
  };
}

function laneTitle(lane, narrow) {
  const named = (line) => narrow ? line.label.replace(/ (arterial )?pressure$/, "") : `${line.label}, ${line.unit}`;
  const pieces = lane.lines.map((line, index) => `{m${index}|${"●◆▲■"[index]}} ${named(line)}`);
  if (narrow) pieces.push(`(${[...new Set(lane.lines.map((line) => line.unit))].join(", ")})`);
  const rich = Object.fromEntries(lane.lines.map((_, index) => ["m" + index, { color: COLOURS[index], fontSize: 11 }]));
  return { text: pieces.join("   "), rich };
}

// What is told at the pointer: only what lies there, with its time once.
function told(found) {
  const pixel = (each) => charts.lanes.convertToPixel({ xAxisIndex: 1 }, each.data.value[0]);
  const here = found.filter((each) => each.data.said && Math.abs(pixel(each) - pointer) < REACH);
  here.sort((one, other) => one.data.value[0] - other.data.value[0]);
  const times = [...new Set(here.map((each) => each.data.time))];
  return times.flatMap((time) => [time, ...here.filter((each) => each.data.time === time).map((each) => "  " + each.data.said)]).join("\n");
}

function lanesOption(window_) {
  const box = document.getElementById("lanes");
  const narrow = !printing && box.clientWidth < 480;
  const { places, kinds } = layout();
  const range = extent();
  const left = narrow ? 34 : 44, right = narrow ? 34 : 44;
  const width = (printing ? PAPER : box.clientWidth) - left - right;
  const grids = [{ top: 2, height: STRIP, left, right }, ...places.map((place) => ({ ...place, left, right }))];
  const option = {
    useUTC: true, animation: false, textStyle: { fontFamily: FONT },
    title: [], grid: grids, xAxis: [], yAxis: [], series: [],
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: MUTED, type: "dotted" } },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: "#fff", borderColor: "#8b97a3",
      borderWidth: 1, padding: 8, textStyle: { fontFamily: FONT, fontSize: 12, color: INK },
      formatter: (found) => told([found].flat()),
    },
    dataZoom: [{
      type: "slider", show: !printing, xAxisIndex: grids.map((_, index) => index), startValue: window_.min, endValue: window_.max,
      filterMode: "none", bottom: 4, height: 18, left, right, showDataShadow: false, brushSelect: false,
      labelFormatter: "", borderColor: RULE, fillerColor: "rgba(29, 95, 138, 0.12)",
      handleStyle: { borderColor: "#1d5f8a" }, moveHandleSize: 0,
    }],
  };
  grids.forEach((grid, index) => {
    const last = index === grids.length - 1;
    option.xAxis.push({
      type: "time", gridIndex: index, ...range, axisPointer: { show: index > 0, snap: false, label: { show: false } },
      axisLine: { show: index > 0, onZero: false, lineStyle: { color: "#8b97a3" } }, axisTick: { show: last },
      splitLine: { show: index > 0, lineStyle: { color: "#eef1f4" } },
      axisLabel: {
        show: last, ...TEXT, hideOverlap: true,
        formatter: data.relative ? momentLabel : DATES,
      },
    });
    option.series.push({
      type: "line", data: [], xAxisIndex: index, yAxisIndex: 2 * index, silent: true,
      markArea: { silent: true, animation: false, data: shading(range, window_, width, index === 0) },
      markLine: selectedLine(),
    });
    if (index === 0) option.yAxis.push(blank(0), blank(0));
  });
  data.lanes.forEach((lane, place) => lanePart(option, lane, place + 1, left, narrow));
  if (kinds.length) dosePart(option, kinds, grids.length - 1, left, narrow, window_);
  return option;
}

function blank(grid) {
  return { type: "value", gridIndex: grid, show: false, min: 0, max: 1 };
}

function lanePart(option, lane, grid, left, narrow) {
  const units = [...new Set(lane.lines.map((line) => line.unit))].slice(0, 2);
  const title = laneTitle(lane, narrow);
  option.title.push({
    text: title.text, left: left - 30, top: option.grid[grid].top - 20, padding: 0,
    textStyle: { ...TEXT, fontWeight: "normal", color: INK, rich: title.rich },
  });
  [0, 1].forEach((side) => {
    const lines = lane.lines.filter((line) => line.unit === units[side]);
    if (!lines.length) { option.yAxis.push(blank(grid)); return; }
    const values = lines.flatMap((line) => [
      ...line.points.map((point) => point.y), ...(line.band ? [line.band.low, line.band.high] : []),
    ]);
    option.yAxis.push({
      type: "value", gridIndex: grid, position: side ? "right" : "left", ...rounded(values),
      axisLabel: { ...TEXT, formatter: (value) => minus(String(Number(value.toPrecision(6)))) },
      axisLine: { show: false }, axisTick: { show: false },
      splitLine: { show: side === 0, lineStyle: { color: "#eef1f4" } },
    });
  });
  lane.lines.forEach((line, index) => {
    const band = line.band && line.unit === units[0] && [[{ yAxis: line.band.low }, { yAxis: line.band.high }]];
    option.series.push({
      type: "line", name: line.label, xAxisIndex: grid, yAxisIndex: 2 * grid + units.indexOf(line.unit),
      symbol: SYMBOLS[index], symbolSize: 7, showSymbol: true, cursor: "default",
      lineStyle: { color: COLOURS[index], width: 1.6 }, itemStyle: { color: COLOURS[index] },
      emphasis: { disabled: true },
      data: line.points.flatMap((point, nth) => [
        ...(nth && point.x - line.points[nth - 1].x > GAP ? [{ value: [point.x - GAP / 2, null] }] : []),
        {
          value: [point.x, point.y],
          symbol: point.method === "finger-prick" || point.method === "blood gas" ? EMPTY[index] : SYMBOLS[index],
          time: point.time,
          said: `${line.label} ${point.shown}` + (point.method === "laboratory" ? "" : `, ${point.method}`),
        },
      ]),
      markArea: band ? { silent: true, animation: false, itemStyle: { color: COLOURS[index], opacity: 0.1 }, data: band } : undefined,
    });
  });
}

function dosePart(option, kinds, grid, left, narrow, window_) {
  option.title.push({
    text: "Fluids and treatment", left: left - 30, top: option.grid[grid].top - 20, padding: 0,
    textStyle: { ...TEXT, fontWeight: "normal", color: INK },
  });
  option.yAxis.push(
    {
      type: "category", gridIndex: grid, data: kinds, inverse: true, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { show: false }, splitLine: { show: true, lineStyle: { color: "#eef1f4" } },
    },
    blank(grid),
  );
  const named = (dose) => [dose.what === dose.kind ? dose.kind : `${dose.kind}: ${dose.what}`, dose.amount].filter(Boolean).join(", ");
  const late = (dose) => (dose.to ?? dose.from) > window_.min + 0.7 * (window_.max - window_.min);
  option.series.push({
    type: "lines", coordinateSystem: "cartesian2d", xAxisIndex: grid, yAxisIndex: 2 * grid, silent: true,
    lineStyle: { color: "#1d5f8a", width: 7, opacity: 0.35, cap: "butt" },
    data: data.doses.filter((dose) => dose.to).map((dose) => ({
      coords: [[dose.from, dose.kind], [dose.to, dose.kind]],
    })),
  });
  option.series.push({
    type: "scatter", xAxisIndex: grid, yAxisIndex: 2 * grid, symbol: "triangle", symbolRotate: 180, symbolSize: 8,
    cursor: "default", itemStyle: { color: "#1d5f8a" },
    data: data.doses.map((dose) => ({ value: [dose.from, dose.kind], time: dose.time, said: named(dose) })),
  });
  option.series.push({
    type: "scatter", xAxisIndex: grid, yAxisIndex: 2 * grid, symbolSize: 0, silent: true,
    labelLayout: { hideOverlap: true },
    label: {
      show: true, position: "right", distance: 7, ...TEXT, fontSize: 10.5, color: INK, width: narrow ? 120 : 220, overflow: "truncate",
      ellipsis: "…",
    },
    data: data.doses.map((dose) => ({
      value: [late(dose) ? dose.from : dose.to ?? dose.from, dose.kind],
      label: { position: late(dose) ? "left" : "right", formatter: named(dose) },
    })),
  });
}

// A week with the selected time in its middle, moved inwards where the record begins or ends.
function near() {
  const { low, high } = ends();
  const at = data.moments[state.moment] ?? high;
  const from = Math.max(low - MARGIN, Math.min(at - NEAR, high + MARGIN - 2 * NEAR));
  return { min: from, max: Math.min(high + MARGIN, from + 2 * NEAR) };
}

let shownWindow = null, following = false, printing = false, pointer = 0;

function drawLanes() {
  if (!charts.lanes) return;
  charts.lanes.setOption(lanesOption(shownWindow), { notMerge: true });
}

function show(window_, follow) {
  shownWindow = window_;
  following = follow;
  document.getElementById("whole").setAttribute("aria-pressed", String(!follow));
  document.getElementById("near").setAttribute("aria-pressed", String(follow));
  drawLanes();
}

function startLanes() {
  const box = document.getElementById("lanes");
  if (!box) return;
  box.style.height = layout().height + "px";
  charts.lanes = echarts.init(box, null, { renderer: "svg" });
  for (const kind of ["pointermove", "pointerdown"]) {
    box.addEventListener(kind, (event) => { pointer = event.clientX - box.getBoundingClientRect().left; }, true);
  }
  const range = extent();
  const far = range.max - range.min > LONG;
  document.querySelector(".tools").hidden = false;
  document.getElementById("whole").addEventListener("click", () => show(extent(), false));
  document.getElementById("near").addEventListener("click", () => show(near(), true));
  charts.lanes.on("datazoom", () => {
    const zoom = charts.lanes.getOption().dataZoom[0];
    shownWindow = { min: zoom.startValue, max: zoom.endValue };
    const range_ = extent();
    const width = box.clientWidth - 88;
    charts.lanes.setOption({ series: [{ markArea: { data: shading(range_, shownWindow, width, true) } }] });
  });
  show(far ? near() : extent(), far);
}
