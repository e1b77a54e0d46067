// A table whose rows select a zone: a click takes it, a second one lets it go. A double click, and
// a key that is held down, is one click.
export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".figures");
  box.innerHTML = data.table;
  const [, ...lines] = box.querySelectorAll("tr");
  lines.forEach((line, k) => {
    const id = data.ids[k];
    line.tabIndex = 0;
    line.ariaSelected = String([].concat(data.zone).includes(id));
    line.onclick = ({ detail }) => detail < 2 && setTriggerValue("zone", id);
    line.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        if (!event.repeat) {
          setTriggerValue("zone", id);
        }
      }
    };
  });
}
