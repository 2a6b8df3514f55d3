/* Keeps a stacking plan true while somebody looks at it, and lets arrow keys move from unit to unit. */
"use strict";

(() => {
  const live = JSON.parse(document.getElementById("house-live").textContent);
  const news = document.getElementById("house-news");
  const WAIT = live.seconds * 1000;
  const LONGEST = 60000;
  let etag = "";
  let wait = WAIT;

  function change(cell) {
    const box = document.getElementById(`unit-${cell.id}`);
    if (!box) return "";
    const link = box.querySelector(".house-unit");
    const booking = box.querySelector(".house-booking");
    const isNew = !box.classList.contains(`s-${cell.status}`);
    if (isNew) {
      for (const name of [...box.classList]) if (name.startsWith("s-")) box.classList.remove(name);
      box.classList.add(`s-${cell.status}`, "is-new");
      box.addEventListener("animationend", () => box.classList.remove("is-new"), { once: true });
    }
    box.classList.toggle("is-off", !cell.fits);
    link.querySelector(".house-letter").textContent = cell.letter;
    link.setAttribute("aria-label", cell.says);
    link.title = cell.says;
    booking.hidden = !cell.booking;
    booking.textContent = cell.booking;
    if (cell.booking) booking.href = cell.booking_url;
    return isNew ? cell.says : "";
  }

  function show(body) {
    const said = body.cells.map(change).filter(Boolean);
    for (const entry of body.legend) {
      document.querySelector(`.house-legend [data-status="${entry.status}"] b`).textContent = entry.units;
    }
    if (said.length) news.textContent = `Changed: ${said.slice(0, 5).join("; ")}`;
  }

  async function look() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(live.url, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin", cache: "no-store" });
        if (answer.status === 200 && !answer.redirected) {
          etag = answer.headers.get("ETag") || "";
          show(await answer.json());
        }
        wait = answer.ok || answer.status === 304 ? WAIT : Math.min(wait * 2, LONGEST);
      } catch {
        wait = Math.min(wait * 2, LONGEST);
      }
    }
    setTimeout(look, wait);
  }

  function neighbour(cell, key) {
    const row = cell.parentElement;
    const place = [...row.children].indexOf(cell);
    if (key === "ArrowLeft") return row.children[place - 1];
    if (key === "ArrowRight") return row.children[place + 1];
    const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    return other && other.children[Math.min(place, other.children.length - 1)];
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest(".house-cell");
    if (!cell || !event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey) return;
    const link = neighbour(cell, event.key)?.querySelector(".house-unit");
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  setTimeout(look, WAIT);
})();
