// The map: the path of the assessments through plasma volume and albumin mass.
"use strict";

const FEW = 20; // with more points only the chosen one keeps its cross and its time

const CORNERS = {
  clinical: [
    [0, 1, "Leak\n(or red cells gained)"], [0.5, 1, "Albumin lost or not made;\nleak replaced by fluids"],
    [1, 1, "Sepsis with fluids;\nleak masked by fluids"], [0, 0.5, "Dehydration,\nposture"],
    [1, 0.5, "Fluids,\noverload"], [0, 0, "Unusual:\ncheck the units"], [0.5, 0, "Albumin given"],
    [1, 0, "Refill after a leak; bleeding,\ndiluted; albumin given"],
  ],
  plain: [
    [0, 1, "Leak"], [0.5, 1, "Too little protein"], [1, 1, "Protein lost,\nfluids given"], [0, 0.5, "Dried out"],
    [1, 0.5, "Much fluid"], [0, 0, "Unusual:\ncheck the numbers"], [1, 0, "Water and protein\ncome back"],
  ],
};

function change(logarithm) {
  return signed(100 * (Math.exp(logarithm) - 1)) + " %";
}

function mapRange(key, low, high) {
  const ends = data.path.flatMap((point) => [point[key].low, point[key].high]);
  const from = Math.min(low, ...ends), to = Math.max(high, ...ends);
  const step = to - from > 3 ? 1 : 0.5;
  return { min: Math.floor(from / (step / 2)) * (step / 2), max: Math.ceil(to / (step / 2)) * (step / 2), interval: step };
}

function mapOption() {
  const narrow = document.getElementById("map").clientWidth < 480;
  const x = mapRange("V", -1, 0.5), y = mapRange("D", -0.5, 1);
  const at = (range, share) => range.min + share * (range.max - range.min);
  const corners = CORNERS[state.plain ? "plain" : "clinical"].filter(([across]) => !narrow || across !== 0.5);
  const tick = (sign) => (value) =>
    state.plain ? change(sign * value) : `${signed(value, 1)}\n${change(sign * value)}`;
  const axis = (name, gap) => ({
    type: "value", name, nameLocation: "middle", nameGap: gap,
    nameTextStyle: { ...TEXT, fontSize: 12, color: INK }, axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: "#eef1f4" } },
  });
  const chosen = (point) => point.index === state.moment;
  const points = [...data.path.filter((point) => !chosen(point)), ...data.path.filter(chosen)]; // the chosen on top
  const few = points.length <= FEW;
  const cross = (point) => [
    { coords: [[point.V.low, point.D.median], [point.V.high, point.D.median]], lineStyle: { color: TONES[point.tone] } },
    { coords: [[point.V.median, point.D.low], [point.V.median, point.D.high]], lineStyle: { color: TONES[point.tone] } },
  ];
  const edge = (share) => ["left", "center", "right"][share * 2];
  const height = (share) => ["bottom", "middle", "top"][share * 2];
  return {
    animation: false, textStyle: { fontFamily: FONT },
    grid: { left: state.plain ? 62 : 66, right: 14, top: 12, bottom: state.plain ? 46 : 60 },
    tooltip: {
      trigger: "item", renderMode: "richText", confine: true, backgroundColor: "#fff", borderColor: "#8b97a3",
      borderWidth: 1, padding: 8, textStyle: { fontFamily: FONT, fontSize: 12, color: INK },
      formatter: (each) => each.data.said ?? "",
    },
    xAxis: {
      ...axis(state.plain ? "Liquid in the blood vessels, against the expected" : "V: plasma volume (log change; percent)", state.plain ? 28 : 40),
      ...x, axisLabel: { ...TEXT, lineHeight: 14, formatter: tick(1), showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      ...axis(state.plain ? "Protein in the blood vessels (less upwards)" : "D: albumin mass lost (log; percent of change)", 46),
      ...y, axisLabel: { ...TEXT, lineHeight: 14, formatter: tick(-1), showMinLabel: false, showMaxLabel: false },
    },
    series: [
      {
        type: "scatter", silent: true, symbolSize: 0, z: 1,
        data: corners.map(([across, up, words]) => ({
          value: [at(x, across), at(y, up)],
          label: {
            show: true, formatter: words, position: "inside", align: edge(across), verticalAlign: height(up), padding: [6, 8],
            fontFamily: FONT, fontSize: narrow ? 10.5 : 12, lineHeight: 15, color: "#6a7682", fontStyle: "italic",
          },
        })),
        markLine: {
          silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "#8b97a3", type: "solid", width: 1 },
          data: [{ xAxis: 0 }, { yAxis: 0 }],
        },
      },
      {
        type: "lines", coordinateSystem: "cartesian2d", silent: true, z: 2, lineStyle: { width: 1, opacity: 0.45 },
        data: points.filter((point) => few || chosen(point)).flatMap(cross),
      },
      {
        type: "lines", coordinateSystem: "cartesian2d", silent: true, z: 3,
        symbol: ["none", few ? "arrow" : "none"], symbolSize: 8,
        lineStyle: { color: INK, width: few ? 1.3 : 0.7, opacity: few ? 0.75 : 0.3 },
        data: data.path.slice(1).map((point, index) => ({
          coords: [[data.path[index].V.median, data.path[index].D.median], [point.V.median, point.D.median]],
        })),
      },
      {
        type: "scatter", z: 4, cursor: "pointer", labelLayout: { hideOverlap: true },
        data: points.map((point) => {
          const now = chosen(point);
          return {
            value: [point.V.median, point.D.median], index: point.index, symbolSize: now ? 15 : 9,
            itemStyle: { color: TONES[point.tone], borderColor: now ? INK : "#fff", borderWidth: now ? 2 : 1 },
            label: {
              show: few || now, position: "right", formatter: point.short, fontFamily: FONT, fontSize: 11, color: INK,
              fontWeight: now ? 700 : 400, textBorderColor: "#fff", textBorderWidth: 2,
            },
            said: `${point.time}: ${point.word}, leak ${point.probability}\nPlasma volume ${point.plasma}\nAlbumin mass ${point.albumin}`,
          };
        }),
      },
    ],
  };
}

function drawMap() {
  if (charts.map) charts.map.setOption(mapOption(), { notMerge: true });
}

function startMap() {
  const box = document.getElementById("map");
  if (!box) return;
  charts.map = echarts.init(box, null, { renderer: "svg" });
  charts.map.on("click", (each) => {
    if (each.data && each.data.index !== undefined) choose(each.data.index);
  });
  drawMap();
}
