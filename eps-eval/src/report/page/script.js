"use strict";
// A click on the name of a column sorts the rows between the names and the means.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => row.className === "" && row.cells[0].colSpan === 1 && row.querySelector("td"));
  const end = rows.length ? rows[rows.length - 1].nextSibling : null;
  const columns = [...table.querySelectorAll("tr.names th")];
  let sorted = -1;
  const value = (row, column) => {
    const number = parseFloat(row.querySelectorAll("td")[column].textContent);
    return Number.isFinite(number) ? number : -Infinity;
  };
  columns.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "sort by this column";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const original = sorted === column;
      sorted = original ? -1 : column;
      const order = original ? rows : [...rows].sort((a, b) => value(b, column) - value(a, column));
      order.forEach((row) => body.insertBefore(row, end));
      columns.forEach((other) => other.removeAttribute("aria-sort"));
      if (!original) head.setAttribute("aria-sort", "descending");
    });
  });
}
// A click on a picture lays it over the first picture of its row; Escape closes, arrows go along the row.
const viewer = document.querySelector(".viewer");
let shown = null;
function closeViewer() {
  if (!viewer || viewer.hidden) return;
  viewer.hidden = true;
  if (shown?.isConnected) shown.focus({ preventScroll: true });
}
function openable(pictures) {
  const [below, above] = viewer.querySelectorAll("img");
  const slider = viewer.querySelector("input");
  for (const picture of pictures) {
    const open = () => {
      below.src = pictures[0].src;
      above.src = picture.src;
      above.alt = picture.alt;
      const small = picture.classList.contains("small");
      for (const image of [below, above]) image.classList.toggle("small", small);
      viewer.querySelector(".name").textContent = picture.alt;
      above.style.opacity = slider.value / 100;
      viewer.hidden = false;
      shown = picture;
      viewer.scrollIntoView({ block: "nearest" });
    };
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    picture.addEventListener("click", open);
    picture.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open();
      } else if (step) {
        event.preventDefault();
        const next = pictures[pictures.indexOf(picture) + step];
        next?.focus({ preventScroll: true });
        if (!viewer.hidden) next?.click();
      }
    });
  }
  document.querySelector(".hint").hidden = false;
}
if (viewer) {
  const slider = viewer.querySelector("input");
  slider.addEventListener("input", () => { viewer.querySelector(".above").style.opacity = slider.value / 100; });
  viewer.querySelector("button").addEventListener("click", closeViewer);
  addEventListener("keydown", (event) => { if (event.key === "Escape") closeViewer(); });
  for (const row of document.querySelectorAll("table.pictures tr")) {
    const pictures = [...row.querySelectorAll("img")];
    if (pictures.length) openable(pictures);
  }
}
