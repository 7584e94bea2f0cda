// Draws the two charts of the reports page from the table behind them. Without this file the table remains.
"use strict";

(() => {
  const HEIGHT = 220;

  const number = (cell, name) => (cell && cell.dataset[name] !== undefined ? Number(cell.dataset[name]) : null);

  function read(table) {
    return [...table.tBodies[0].rows].map((row) => {
      const counts = [...row.querySelectorAll(".r-n[data-value]")].map((cell) => number(cell, "value"));
      const rate = row.querySelector(".r-rate");
      return {
        label: row.dataset.label,
        fired: number(row.querySelector("td[data-value]"), "value"),
        accepted: counts[0],
        overridden: counts[1],
        rate: number(rate, "rate"),
        low: number(rate, "low"),
        high: number(rate, "high"),
      };
    });
  }

  function colours(element) {
    const style = getComputedStyle(element);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      text: style.color,
      grid: of("--r-grid"),
      accepted: of("--r-accepted"),
      overridden: of("--r-overridden"),
      ignored: of("--r-ignored"),
      font: `12px ${style.fontFamily}`,
    };
  }

  function axes(weeks, ink, percent) {
    const common = { stroke: ink.text, font: ink.font, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false } };
    return [
      {
        ...common,
        grid: { show: false },
        space: 70,
        size: 28,
        incrs: [1, 2, 4, 8, 13, 26, 52],
        values: (_plot, ticks) => ticks.map((at) => (Number.isInteger(at) && weeks[at] ? weeks[at].label.replace(/ \d{4}$/, "") : "")),
      },
      { ...common, size: 46, incrs: percent ? [0.25, 0.5] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
        values: (_plot, ticks) => ticks.map((at) => (percent ? `${Math.round(at * 100)} %` : at)) },
    ];
  }

  const options = (weeks, width, ink, percent) => ({
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.6, weeks.length - 0.4] },
      y: { range: percent ? [0, 1] : (_plot, _low, high) => [0, Math.max(high * 1.05, 1)] },
    },
    axes: axes(weeks, ink, percent),
  });

  // Bars from zero, the longest first, so that each shows what the ones before it leave.
  function cards(weeks, width, ink) {
    const paths = uPlot.paths.bars({ size: [0.7, 36] });
    const bar = (colour) => ({ stroke: colour, fill: colour, width: 0, paths, points: { show: false } });
    const data = [
      weeks.map((_week, at) => at),
      weeks.map((week) => week.fired),
      weeks.map((week) => week.accepted + week.overridden),
      weeks.map((week) => week.accepted),
    ];
    return [{ ...options(weeks, width, ink, false), series: [{}, bar(ink.ignored), bar(ink.overridden), bar(ink.accepted)] }, data];
  }

  function rate(weeks, width, ink) {
    const whiskers = (plot) => {
      const { ctx } = plot;
      ctx.save();
      ctx.strokeStyle = ink.accepted;
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      weeks.forEach((week, at) => {
        if (week.rate === null) return;
        const x = Math.round(plot.valToPos(at, "x", true));
        const [low, high] = [week.low, week.high].map((share) => plot.valToPos(share, "y", true));
        const cap = 4 * devicePixelRatio;
        ctx.moveTo(x, low);
        ctx.lineTo(x, high);
        for (const y of [low, high]) {
          ctx.moveTo(x - cap, y);
          ctx.lineTo(x + cap, y);
        }
      });
      ctx.stroke();
      ctx.restore();
    };
    const line = { stroke: ink.text, width: 1, spanGaps: false, points: { show: true, size: 9, fill: ink.accepted, stroke: ink.accepted } };
    const data = [weeks.map((_week, at) => at), weeks.map((week) => week.rate)];
    return [{ ...options(weeks, width, ink, true), series: [{}, line], hooks: { drawAxes: [whiskers] } }, data];
  }

  const kinds = { cards, rate };
  const drawn = new Map();

  function draw(place) {
    const table = document.getElementById(place.dataset.table);
    const width = place.clientWidth;
    if (!table || !width) return;
    drawn.get(place)?.destroy();
    const [settings, data] = kinds[place.dataset.chart](read(table), width, colours(place));
    drawn.set(place, new uPlot(settings, data, place));
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  drawAll();
  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (drawn.get(target)?.width !== target.clientWidth) draw(target);
    }
  });
  document.querySelectorAll("[data-chart]").forEach((place) => watcher.observe(place));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  matchMedia("print").addEventListener("change", drawAll);
})();
