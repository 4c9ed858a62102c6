"use strict";
// Images of a comparison: filtered, sorted, and loaded as they are shown.
const shards = new Map();
const waiting = new Map();
/// Called by each shard with the thumbnails of its images.
function showImages(number, images) {
  shards.set(number, images);
  for (const fill of waiting.get(number) ?? []) fill(images);
  waiting.delete(number);
}
function whenLoaded(number, fill) {
  if (shards.has(number)) return fill(shards.get(number));
  if (waiting.has(number)) return waiting.get(number).push(fill);
  waiting.set(number, [fill]);
  const script = document.createElement("script");
  script.src = `images/${number}.js`;
  document.head.append(script);
}
function startGallery() {
  const AT_ONCE = 12;
  const { classes, colours, methods, causes, heads, shard, images } = JSON.parse(document.getElementById("images").textContent);
  const form = document.querySelector("form.gallery");
  const cards = document.querySelector(".cards");
  const more = document.querySelector(".more");
  const control = (name) => form.elements.namedItem(name);
  const names = ["method", "class", "order", "change", "cause", "most", "id"];
  const percent = (value) => (value == null ? "–" : (100 * value).toFixed(1));
  const signed = (value) => (value > 0 ? "+" : "") + percent(value);
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const option = (value, text) => element("option", { value, textContent: text });
  // The IoU and the losses of a method in an image, of one class or on the whole.
  const scores = (image, method, name) => {
    const of = image.methods[method];
    return name === "" ? of : of.classes.find((scored) => scored.class === +name);
  };
  const iou = (image, method, name) => scores(image, method, name)?.iou ?? null;
  const gain = (image, method, name) => {
    const [score, first] = [iou(image, method, name), iou(image, 0, name)];
    return score === null || first === null ? null : score - first;
  };
  const mainCause = (lost) => lost.reduce((best, value, cause) => (value > 0 && value > (lost[best] ?? 0) ? cause : best), -1);
  const occurring = classes.map((_, index) => images.some((image) => image.methods.some((of) => of.classes.some((scored) => scored.class === index))));

  methods.forEach((name, index) => control("method").append(option(index, name)));
  classes.forEach((name, index) => { if (occurring[index]) control("class").append(option(index, name)); });
  causes.forEach((name, index) => {
    control("cause").append(option(index, name));
    control("order").append(option(`cause-${index}`, `most lost to: ${name}`));
  });
  const defaults = { method: methods.length - 1, class: "", order: methods.length > 1 ? "gain" : "low", change: "", cause: "", most: 100, id: "" };
  const state = () => Object.fromEntries(names.map((name) => [name, control(name).value]));
  const set = (values) => names.forEach((name) => {
    control(name).value = values[name] ?? defaults[name];
    // A value that no option has, as a changed address may name one.
    if (control(name).value === "" && control(name).tagName === "SELECT") control(name).value = defaults[name];
  });

  const chosen = (wanted) => {
    const { method, class: name, order } = wanted;
    const most = +wanted.most / 100;
    const fits = (image) => {
      const of = scores(image, method, name);
      if (!of || of.iou === null || (most < 1 && of.iou > most) || !image.id.includes(wanted.id)) return false;
      if (wanted.cause !== "" && mainCause(of.lost) !== +wanted.cause) return false;
      if (wanted.change === "") return true;
      const change = gain(image, method, name);
      if (change === null) return false;
      return wanted.change === (change > 0 ? "better" : change < 0 ? "worse" : "equal");
    };
    const fitting = images.filter(fits);
    if (order === "extremes") return extremes(fitting, method, name);
    const cause = order.startsWith("cause-") ? +order.slice(6) : null;
    const keys = {
      gain: (image) => -(gain(image, method, name) ?? -Infinity),
      loss: (image) => gain(image, method, name) ?? Infinity,
      low: (image) => iou(image, method, name),
      high: (image) => -iou(image, method, name),
      id: () => 0,
    };
    const key = keys[order] ?? ((image) => -scores(image, method, name).lost[cause]);
    const byId = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
    // Two infinite keys are equal; their difference is not a number.
    const compare = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : byId(a, b));
    return fitting.sort(compare).map((image) => ({ image, note: "" }));
  };
  const extremes = (fitting, method, name) => classes.flatMap((title, index) => {
    const key = String(index);
    if (name !== "" && name !== key) return [];
    const having = fitting.filter((image) => iou(image, method, key) !== null);
    if (having.length === 0) return [];
    having.sort((a, b) => iou(b, method, key) - iou(a, method, key));
    const note = (image, what) => ({ image, note: `${what} of ${title}: ${percent(iou(image, method, key))}` });
    const [best, worst] = [having[0], having[having.length - 1]];
    return best === worst ? [note(best, "only one")] : [note(best, "best"), note(worst, "worst")];
  });

  const legend = (image, method) => {
    const present = classes.map((_, index) => index).filter((index) => image.methods.some((of) => of.classes.some((scored) => scored.class === index)));
    const row = (head, value) => {
      const cells = methods.map((_, index) => element("td", { textContent: percent(value(index)) }));
      return element("tr", {}, element("th", {}, ...head), ...cells);
    };
    const swatch = (index) => element("i", { className: "swatch", style: `background:rgb(${colours[index]})` });
    const header = element("tr", { className: "names heads" }, element("th", { textContent: "IoU [%]" }), ...methods.map((name) => element("th", { textContent: name })));
    const rows = present.map((index) => row([swatch(index), classes[index]], (method) => iou(image, method, String(index))));
    const mean = row(["mean"], (method) => image.methods[method].iou);
    mean.className = "mean";
    return element("table", { className: "numbers" }, header, ...rows, mean);
  };
  const card = ({ image, note }, wanted) => {
    const { method, class: name } = wanted;
    const pictures = heads.map((head, column) => {
      const picture = element("img", { alt: `${head}, ${image.id}`, decoding: "async" });
      // Methods come last; the others have no score.
      const scored = column - (heads.length - methods.length);
      const text = scored < 0 ? head : `${head} ${percent(iou(image, scored, name))}`;
      return [picture, element("figure", {}, picture, element("figcaption", { textContent: text }))];
    });
    const at = images.indexOf(image);
    whenLoaded(Math.floor(at / shard), (thumbnails) => {
      pictures.forEach(([picture], index) => { picture.src = thumbnails[at % shard][index]; });
    });
    openable(pictures.map(([picture]) => picture));
    const of = scores(image, method, name);
    const cause = mainCause(of.lost);
    const facts = [note, name === "" ? "" : `${classes[name]} ${percent(of.iou)}`];
    const change = gain(image, method, name);
    if (+method > 0 && change !== null) facts.push(`${signed(change)} against ${methods[0]}`);
    if (cause >= 0) facts.push(`most lost to: ${causes[cause]} ${percent(of.lost[cause])}`);
    const text = facts.filter((fact) => fact !== "").join(" · ");
    const made = element("article", { className: "card" });
    made.dataset.id = image.id;
    made.append(
      element("p", { className: "about" }, element("b", { textContent: image.id }), ` ${text}`),
      element("div", { className: "thumbnails" }, ...pictures.map(([, figure]) => figure)),
      element("div", { className: "wide" }, legend(image, method)),
    );
    return made;
  };

  let found = [];
  const showMore = () => {
    const wanted = state();
    const from = cards.childElementCount;
    cards.append(...found.slice(from, from + AT_ONCE).map((entry) => card(entry, wanted)));
    const left = found.length - cards.childElementCount;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, AT_ONCE)} more of ${left}`;
    return cards.children[from];
  };
  const update = () => {
    const wanted = state();
    const paired = +wanted.method > 0;
    for (const part of form.querySelectorAll("select.paired, .paired select, option.paired")) part.disabled = !paired;
    if (!paired && ["gain", "loss"].includes(wanted.order)) control("order").value = wanted.order = "low";
    if (!paired) control("change").value = wanted.change = "";
    form.querySelector("output").textContent = `${wanted.most} %`;
    found = chosen(wanted);
    const number = new Set(found.map(({ image }) => image)).size;
    document.querySelector(".count").textContent = `${number} of ${images.length} ${images.length === 1 ? "image" : "images"}`;
    closeViewer();
    cards.replaceChildren();
    showMore();
    const told = names.filter((name) => wanted[name] !== String(defaults[name]));
    const address = told.map((name) => `${name}=${encodeURIComponent(wanted[name])}`).join("&");
    history.replaceState(null, "", address === "" ? location.pathname + location.search : `#${address}`);
  };
  const readAddress = () => {
    const values = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    set(values);
    update();
    return names.some((name) => name in values);
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => { event.preventDefault(); set({}); update(); });
  more.addEventListener("click", () => { showMore()?.querySelector("img").focus({ preventScroll: true }); });
  addEventListener("hashchange", () => { if (readAddress()) form.scrollIntoView(); });
  if (methods.length < 2) form.querySelectorAll(".paired").forEach((part) => { part.hidden = true; });
  form.hidden = false;
  readAddress();
}
