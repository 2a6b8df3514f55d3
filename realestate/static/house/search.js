/* The key "/" leads into the search box of the header, unless somebody is writing. */

"use strict";

document.addEventListener("keydown", (event) => {
  const box = document.getElementById("house-search-box");
  const writes = event.target.closest("input, textarea, select, [contenteditable=true]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes || !box) {
    return;
  }
  event.preventDefault();
  box.focus();
  box.select();
});
