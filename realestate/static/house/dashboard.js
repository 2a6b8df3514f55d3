/* Draws the charts of a dashboard from the JSON beside them. The page is complete without: each chart has its table. */
"use strict";

(() => {
  const COLOURS = ["--house-1", "--house-2", "--house-3", "--house-4", "--house-5", "--house-6", "--house-7"];
  // Statuses look the same here and on the stacking plan.
  const OF_NAME = {
    available: "--house-3", reserved: "--house-2", booked: "--house-1", sold: "--house-7",
    handed_over: "--house-4", blocked: "--house-6", not_released: "--house-5", cancelled: "--house-6",
  };
  const charts = [];

  const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

  function formats(data, kind) {
    if (kind !== "money") {
      const number = new Intl.NumberFormat(data.locale, { maximumFractionDigits: 1 });
      return { short: (value) => number.format(value), long: (value) => number.format(value) };
    }
    const money = { style: "currency", currency: data.currency };
    const short = new Intl.NumberFormat(data.locale, { ...money, notation: "compact", maximumFractionDigits: 1 });
    const long = new Intl.NumberFormat(data.locale, money);
    return { short: (value) => short.format(value), long: (value) => long.format(value) };
  }

  function datasets(view) {
    return view.series.map((series, place) => {
      const colour = css(OF_NAME[series.name] || COLOURS[place % COLOURS.length]);
      return {
        label: series.label,
        data: series.values,
        type: series.line ? "line" : "bar",
        backgroundColor: colour,
        borderColor: colour,
        borderWidth: series.line ? 2 : 0,
        borderRadius: view.stacked ? 0 : 3,
        maxBarThickness: 34,
        pointRadius: 2.5,
        tension: 0.25,
        order: series.line ? 0 : 1,
      };
    });
  }

  function options(view, data) {
    const { short, long } = formats(data, view.kind);
    const grid = { color: css("--hairline-color"), drawTicks: false };
    const ticks = { color: css("--body-quiet-color"), font: { size: 11 } };
    const values = { beginAtZero: true, stacked: view.stacked, grid, border: { display: false }, ticks: { ...ticks, callback: short, maxTicksLimit: 6, precision: view.kind === "count" ? 0 : undefined } };
    const names = { stacked: view.stacked, grid: { display: false }, ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 8 } };
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: view.lying ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: view.lying ? "y" : "x" },
      scales: view.lying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: view.series.length > 1, position: "bottom", labels: { color: css("--body-fg"), boxWidth: 12, boxHeight: 12, font: { size: 11 } } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${long(item.raw ?? 0)}` } },
      },
    };
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const make = (view) => ({ type: "bar", data: { labels: data.labels, datasets: datasets(view) }, options: options(view, data) });
    const state = { chart: new Chart(canvas, make(data.views[0])), view: data.views[0] };
    state.again = () => { state.chart.destroy(); state.chart = new Chart(canvas, make(state.view)); };
    charts.push(state);
    if (data.views.length > 1) offer(canvas, data.views, state);
  }

  function offer(canvas, views, state) {
    const group = canvas.closest(".house-card").querySelector(".house-views");
    for (const view of views) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = view.label;
      button.setAttribute("aria-pressed", String(view === state.view));
      button.addEventListener("click", () => {
        state.view = view;
        for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
        state.again();
      });
      group.append(button);
    }
    group.hidden = false;
  }

  for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas);

  // The theme's button changes the colours of everything else at once.
  const redraw = () => charts.forEach((state) => state.again());
  new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // On paper nothing can be opened.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".house-card details:not([open])")];
    opened.forEach((box) => { box.open = true; });
    charts.forEach((state) => state.chart.resize());
  });
  window.addEventListener("afterprint", () => opened.forEach((box) => { box.open = false; }));
})();
