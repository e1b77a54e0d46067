// A table whose rows select a zone: a click takes it, a second one lets it go.
export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".figures");
  box.innerHTML = data.table;
  const [, ...lines] = box.querySelectorAll("tr");
  lines.forEach((line, k) => {
    const id = data.ids[k];
    line.tabIndex = 0;
    line.ariaSelected = String(id === data.zone);
    line.onclick = () => setTriggerValue("zone", id === data.zone ? "" : id);
    line.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        line.onclick();
      }
    };
  });
}
