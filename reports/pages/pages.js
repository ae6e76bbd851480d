// Sortable tables and forms that submit themselves; every page works without.
"use strict";
const number = (text) => {
  const cleaned = text.replace(/[\s\u2007\u2008\u00a0,]/g, "").replace("\u2212", "-");
  const value = parseFloat(cleaned);
  return Number.isNaN(value) ? null : value;
};
const key = (cell) => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll(".sub, .mark").forEach((part) => part.remove());
  return copy.textContent.trim();
};
document.querySelectorAll("[data-sortable] table").forEach((table) => {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const down = head.getAttribute("aria-sort") === (numeric ? "descending" : "ascending");
      const order = (numeric ? !down : down) ? -1 : 1;
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order < 0 ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
      rows.sort(([a], [b]) => {
        if (!numeric) return order * a.localeCompare(b, undefined, { numeric: true });
        const [x, y] = [number(a), number(b)];
        // What has no value comes last, whichever way the column is sorted.
        if (x === null || y === null) return (x === null) - (y === null);
        return order * (x - y);
      });
      body.append(...rows.map(([, row]) => row));
    });
  });
});
document.querySelectorAll("select[data-submit]").forEach((select) => {
  select.addEventListener("change", () => select.form.requestSubmit());
});
document.querySelectorAll("form.filter").forEach((form) => {
  // Addresses carry only what was chosen.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
});
