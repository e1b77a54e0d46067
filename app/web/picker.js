// A table whose rows select a zone: a click takes it, a second one lets it go. Where several can be
// selected, what was clicked is told as it is.
export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".figures");
  box.innerHTML = data.table;
  const [, ...lines] = box.querySelectorAll("tr");
  lines.forEach((line, k) => {
    const id = data.ids[k];
    line.tabIndex = 0;
    const chosen = [].concat(data.zone).includes(id);
    line.ariaSelected = String(chosen);
    line.onclick = () => setTriggerValue("zone", chosen && !Array.isArray(data.zone) ? "" : id);
    line.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        line.onclick();
      }
    };
  });
}
