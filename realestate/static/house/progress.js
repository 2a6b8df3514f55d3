/* Asks how far an action on many rows is, and shows its result when it is over. */

"use strict";

const bar = document.getElementById("bulk-progress");
const settled = document.getElementById("bulk-settled");
const PAUSE = 2000; // milliseconds

async function ask() {
  const answer = await fetch(bar.dataset.ask, { headers: { Accept: "application/json" } });
  const state = answer.ok ? await answer.json() : { busy: false };
  if (!state.busy) {
    window.location.reload();
    return;
  }
  bar.value = state.settled;
  settled.textContent = `${state.settled} of ${state.total}`;
  window.setTimeout(again, PAUSE);
}

/* A server that does not answer for a moment is asked again. */
function again() {
  ask().catch(() => window.setTimeout(again, PAUSE));
}

window.setTimeout(again, PAUSE);
