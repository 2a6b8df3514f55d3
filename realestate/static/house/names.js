/* Accessible names for what the admin's own widgets leave nameless: boxes to choose from, days and times, the search of
   a list. Rows that are added to a form later get theirs too. */

"use strict";

function labelOf(id) {
  return document.querySelector(`label[for="${CSS.escape(id)}"]`);
}

function said(label) {
  return label ? label.textContent.trim().replace(/:$/, "") : "";
}

/* Select2 takes the place of a select, but not its label. */
function nameChoice(select) {
  const box = select.nextElementSibling?.querySelector(".select2-selection");
  const name = said(labelOf(select.id)) || select.getAttribute("aria-label") || select.name.replaceAll("_", " ");
  if (!box || box.getAttribute("aria-label") === name) {
    return;
  }
  box.removeAttribute("aria-labelledby");
  const chosen = box.querySelector(".select2-selection__rendered");
  chosen?.removeAttribute("role");
  chosen?.removeAttribute("aria-readonly");
  if (chosen?.id) {
    box.setAttribute("aria-describedby", chosen.id);
  }
  box.setAttribute("aria-label", name);
  box.querySelector(".select2-search__field")?.setAttribute("aria-label", name);
}

/* A moment is asked in two fields under one label. */
function nameMoment(field) {
  if (field.labels?.length || field.hasAttribute("aria-label")) {
    return;
  }
  const whole = said(labelOf(field.id.replace(/_[01]$/, "_0")))
    || field.closest(".form-row, fieldset")?.querySelector("label, legend")?.textContent.trim().replace(/:$/, "") || "";
  field.setAttribute("aria-label", `${whole} ${field.classList.contains("vTimeField") ? "time" : "date"}`.trim());
}

function nameAll() {
  document.querySelectorAll("select.select2-hidden-accessible").forEach(nameChoice);
  document.querySelectorAll("input.vDateField, input.vTimeField").forEach(nameMoment);
  document.querySelectorAll("span.help-tooltip[aria-label]").forEach((note) => note.setAttribute("role", "img"));
  document.getElementById("searchbar")?.setAttribute("aria-label", "Search this list");
}

window.addEventListener("load", () => {
  nameAll();
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
});
