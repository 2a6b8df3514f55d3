// Asks how far a long import is, once a second, and shows the report when it has ended.
"use strict";
(() => {
  const bar = document.getElementById("import-progress");
  const words = document.getElementById("import-words");
  const ask = async () => {
    try {
      const answer = await fetch(bar.dataset.address, { headers: { Accept: "application/json" } });
      const progress = await answer.json();
      if (!progress.busy) {
        window.location.reload();
        return;
      }
      bar.value = progress.done;
      words.textContent = `${progress.done.toLocaleString("en")} of ${progress.rows.toLocaleString("en")} rows`;
    } catch {
      words.textContent = "No answer; trying again.";
    }
    window.setTimeout(ask, 1000);
  };
  window.setTimeout(ask, 1000);
})();
