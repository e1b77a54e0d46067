// A table whose rows select a zone: a click takes it, a second one lets it go.
const cell = (kind, words) => Object.assign(document.createElement(kind), { textContent: words });

export default function ({ data, parentElement, setTriggerValue }) {
  const row = (kind, words) => {
    const line = document.createElement("tr");
    line.append(...words.map((each) => cell(kind, each)));
    return line;
  };
  const head = row("th", data.header);
  [...head.children].forEach((title, k) => { title.title = data.helps[k]; });
  const rows = data.rows.map((words, k) => {
    const line = row("td", words);
    const id = data.ids[k];
    line.tabIndex = 0;
    line.ariaSelected = String(id === data.zone);
    line.onclick = () => setTriggerValue("zone", id === data.zone ? "" : id);
    line.onkeydown = (event) => event.key === "Enter" && line.onclick();
    return line;
  });
  const table = document.createElement("table");
  table.append(head, ...rows);
  parentElement.querySelector(".figures").replaceChildren(table);
}
