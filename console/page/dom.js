// Creates and updates elements. All texts are set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** Creates an element with a class and children: elements, texts, or `null` for none. */
export function element(name, className, ...children) {
  const created = document.createElement(name);
  if (className) created.className = className;
  created.append(...children.filter((child) => child !== null && child !== undefined));
  return created;
}

/** Creates an SVG element with attributes. */
export function svg(name, attributes, ...children) {
  const created = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children);
  return created;
}

/** Creates an icon; the words beside it say the same. */
export function icon(name) {
  return svg("svg", { class: `icon ${name}`, "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

export function setIcon(target, name) {
  attribute(target, "class", `icon ${name}`);
  attribute(target.firstElementChild, "href", `#i-${name}`);
}

/** Sets a text only if it differs, so that nothing is laid out in vain. */
export function text(target, value) {
  const wanted = String(value);
  if (target.textContent !== wanted) target.textContent = wanted;
}

export function attribute(target, name, value) {
  if (target.getAttribute(name) !== String(value)) target.setAttribute(name, value);
}

/** Returns `count` children of a parent; existing ones are reused, so that a reader keeps the place. */
export function rows(parent, count, make) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make());
  return [...parent.children];
}

/** Returns a row of a table: a header cell and other cells with these classes. */
export function tableRow(...classes) {
  const head = element("th", "");
  head.scope = "row";
  return element("tr", "", head, ...classes.map((name) => element("td", name)));
}

/** Returns a button with a text. */
export function button(label, className, pressed) {
  const created = element("button", className, label);
  created.type = "button";
  created.addEventListener("click", pressed);
  return created;
}
