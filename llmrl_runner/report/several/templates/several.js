// Comforts only: sorting tables and finding runs. All of the page is there without them.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (column < 2) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => { const text = row.cells[column].dataset.value; return text === "" ? null : Number(text); };
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return down ? y - x : x - y;
      });
      table.tBodies[0].append(...rows);
    });
  });
}
const filter = document.getElementById("filter");
filter.closest("p").hidden = false;
filter.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  let found = 0;
  for (const place of document.querySelectorAll(".place")) {
    let inPlace = 0;
    for (const group of place.querySelectorAll(".group")) {
      const where = place.querySelector("h3").textContent + " " + group.querySelector("h4").textContent + " ";
      let inGroup = 0;
      for (const run of group.querySelectorAll(".run")) {
        const text = (where + run.firstElementChild.textContent).toLowerCase();
        run.hidden = !words.every((word) => text.includes(word));
        inGroup += !run.hidden;
      }
      group.hidden = !inGroup;
      inPlace += inGroup;
    }
    place.hidden = !inPlace;
    found += inPlace;
  }
  document.getElementById("found").textContent = words.length ? found + " found" : "";
});
