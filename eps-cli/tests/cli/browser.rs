//! Pages in headless Chromium, as a reader uses them. Without Chromium these tests say so and end.

use crate::call::eps;
use crate::project::Project;
use eps_data::codec::{read_mask, write_jpeg, write_mask};
use eps_data::scenes::scene_id;
use eps_data::{LabelMap, RgbImage, Size};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a reader does, as a script that ends with `tell(result)`.
const STEPS: &str = r#"
const one = (query) => document.querySelector(query);
const all = (query) => [...document.querySelectorAll(query)];
const ids = () => all(".card").map((card) => card.dataset.id.slice(-2)).join(" ");
const count = () => one(".count").textContent;
const choose = (name, value) => {
  const control = one("form.gallery").elements.namedItem(name);
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
};
const press = (key) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const tell = (result) => {
  const told = document.createElement("pre");
  told.id = "told";
  told.textContent = encodeURIComponent(JSON.stringify(result));
  document.body.append(told);
};
"#;

fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let is_there = |name: &&str| {
        Command::new(name).arg("--version").output().is_ok_and(|ended| ended.status.success())
    };
    let found = names.into_iter().find(is_there);
    if found.is_none() {
        // Past the test harness, which shows nothing of a test that passes.
        let told = "no Chromium is installed: a test of a page is left out";
        writeln!(std::io::stderr(), "{told}").expect("stderr takes a line");
    }
    found
}

/// The document that Chromium makes of a page.
fn document(browser: &str, page: &Path, width: u32) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let mut call = Command::new(browser);
    call.args([
        "--headless",
        "--hide-scrollbars",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
    ])
    .args(["--allow-file-access-from-files", "--virtual-time-budget=4000", "--dump-dom"])
    .arg(format!("--window-size={width},1200"))
    .arg(format!("--user-data-dir={}", profile.path().display()))
    .arg(format!("file://{}", page.display()));
    let ended = call.output().expect("Chromium starts");
    String::from_utf8(ended.stdout).expect("a document is UTF-8")
}

/// What the steps of a reader tell of a page.
fn told(browser: &str, page: &Path, steps: &str) -> Value {
    let html = fs::read_to_string(page).expect("a page");
    let beside = page.with_file_name("read.html");
    let script =
        format!("<script>addEventListener('load', async () => {{{STEPS}{steps}}});</script>");
    fs::write(&beside, html.replace("</body>", &(script + "</body>"))).expect("a copy");
    let document = document(browser, &beside, 1280);
    let told =
        document.split("<pre id=\"told\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let told = told.unwrap_or_else(|| {
        panic!("nothing told: {}", &document[document.len().saturating_sub(2000)..])
    });
    let bytes = told.as_bytes();
    let mut text = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_escape = bytes[at] == b'%';
        let hex = || u8::from_str_radix(&told[at + 1..at + 3], 16).expect("an escaped byte");
        text.push(if is_escape { hex() } else { bytes[at] });
        at += if is_escape { 3 } else { 1 };
    }
    serde_json::from_slice(&text).expect("what was told is JSON")
}

/// Masks that are the truth but for what `change` makes of the pixels of a scene.
fn masks(
    project: &Project,
    name: &str,
    scenes: usize,
    change: impl Fn(usize, usize, u8) -> u8,
) -> PathBuf {
    let folder = project.path(name);
    for scene in 0..scenes {
        let truth = read_mask(&project.mask(scene), 7).unwrap();
        let pixel = |(at, &class): (usize, &u8)| match change(scene, at, class) {
            255 => 0,
            class => class,
        };
        let classes = truth.classes().iter().enumerate().map(pixel).collect();
        let path = folder.join(scene_id(scene) + ".png");
        write_mask(&path, &LabelMap::new(truth.size(), classes)).unwrap();
    }
    folder
}

fn compared(project: &Project, folders: &[PathBuf]) -> PathBuf {
    let call = eps("compare")
        .with("--data", project.data())
        .with("--resamples", "100")
        .with("--band", "0");
    let call = folders.iter().fold(call, |call, folder| call.and(folder));
    call.with("--out", project.path("page")).succeeds();
    project.path("page/index.html")
}

#[test]
fn a_reader_filters_sorts_and_overlays_the_images_of_a_comparison() {
    let Some(browser) = chromium() else { return };
    let project = Project::with_scenes(14);
    // The first misses every object. The second is right but in three scenes: one is worse, all of it
    // given one class, one as bad, and one with a class that is not there.
    let truth = |scene| read_mask(&project.mask(scene), 7).unwrap().present();
    let absent = |scene| (1..7).find(|&class| !truth(scene).contains(class)).unwrap();
    let folders = [
        masks(&project, "none", 14, |_, _, _| 0),
        masks(&project, "fair", 14, |scene, at, class| match (scene, at) {
            (3, _) => absent(scene),
            (5, _) => 0,
            (7, 0..=200) => absent(scene),
            _ => class,
        }),
    ];
    let page = compared(&project, &folders);
    let found = told(
        browser,
        &page,
        r##"
const found = { first: count(), shown: all(".card").length, more: one(".more").textContent };
one(".more").click();
found.all = all(".card").length;
found.afterMore = one(".more").hidden;
found.loaded = all(".card img").every((image) => image.src.startsWith("data:image/"));
choose("order", "loss"); found.loss = ids().slice(0, 2);
choose("order", "gain"); found.leastGain = ids() !== "";
choose("change", "worse"); found.worse = ids();
choose("change", "equal"); found.equal = ids();
choose("change", "");
choose("most", "60"); found.most = ids().split(" ").sort().join(" "); found.output = one("form output").textContent;
choose("most", "100");
choose("cause", "4"); found.missed = ids();
choose("cause", "");
choose("order", "cause-0"); found.hallucinated = ids().slice(0, 5).split(" ").sort().join(" ");
choose("id", "_0008"); found.id = ids(); found.legend = all(".card tr").map((row) => row.cells[0].textContent).includes("background");
found.address = location.hash;
one("form button[type=reset]").click(); found.reset = count(); found.noAddress = location.hash;
choose("order", "extremes"); found.note = one(".card .about").textContent.includes("best of background: 100.0");
location.hash = "#class=6&order=low"; await new Promise((done) => setTimeout(done, 100));
found.link = one("form.gallery").elements.namedItem("class").value;
choose("method", "0"); found.noGain = one("option[value=gain]").disabled;
one("form button[type=reset]").click();
const picture = one(".card img"), viewer = one(".viewer");
picture.focus(); press("Enter"); found.opened = !viewer.hidden;
press("ArrowRight"); found.next = one(".viewer .name").textContent === document.activeElement.alt && document.activeElement !== picture;
const slider = one(".viewer input"); slider.value = 25; slider.dispatchEvent(new Event("input"));
found.opacity = one(".viewer .above").style.opacity;
press("Escape"); found.closed = viewer.hidden;
const heads = all("table.sortable tr.names button"), rows = () => all("table.sortable tr:not([class])").map((row) => row.querySelectorAll("td")[1]?.textContent).filter(Boolean).map(parseFloat).filter(Number.isFinite);
heads[1].click(); const order = rows(); found.sorted = order.every((value, at) => at === 0 || order[at - 1] >= value);
tell(found);
"##,
    );
    let expected = json!({
        "first": "14 of 14 images", "shown": 12, "more": "Show 2 more of 2", "all": 14, "afterMore": true,
        "loaded": true, "loss": "04", "leastGain": true, "worse": "04", "equal": "06", "most": "04 06",
        "output": "60 %", "missed": "06", "hallucinated": "04 08", "id": "08", "legend": true,
        "address": "#order=cause-0&id=_0008", "reset": "14 of 14 images", "noAddress": "", "note": true,
        "link": "6", "noGain": true, "opened": true, "next": true, "opacity": "0.25", "closed": true,
        "sorted": true,
    });
    assert_eq!(found, expected, "{found:#}");
}

#[test]
fn a_page_of_a_comparison_fits_every_width() {
    let Some(browser) = chromium() else { return };
    let project = Project::with_scenes(3);
    let names = ["none", "a_method_with_quite_a_long_name", "fair"];
    let folders = names
        .map(|name| masks(&project, name, 3, |_, at, class| if at % 3 == 0 { 0 } else { class }));
    let page = compared(&project, &folders);
    for width in [390, 768, 1280] {
        // A window of Chromium is at least 500 pixels wide; a frame has the width of a phone.
        let frame = page.with_file_name("frame.html");
        let text = format!(
            "<iframe src=\"index.html\" style=\"border:0;width:{width}px;height:900px\"></iframe><script>onload = () => {{ \
             document.title = document.querySelector('iframe').contentDocument.documentElement.scrollWidth; }}</script>"
        );
        fs::write(&frame, text).unwrap();
        let document = document(browser, &frame, 1400);
        let title = document.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
        assert_eq!(title, Some(width.to_string().as_str()), "{document}");
    }
}

#[test]
fn many_thumbnails_are_loaded_as_they_are_shown() {
    let Some(browser) = chromium() else { return };
    let project = Project::with_scenes(40);
    let size = Size::new(256, 256);
    let noise = |seed: usize, at: usize| {
        let mut mixed = (seed * 1_000_003 + at) as u64;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) as usize
    };
    for scene in 0..40 {
        let colour = |x: u32, y: u32| {
            [0, 1, 2]
                .map(|channel| noise(scene + channel * 50, (y * 256 + x) as usize) as u8)
                .into()
        };
        write_jpeg(&project.image(scene), &RgbImage::from_fn(256, 256, colour), 90).unwrap();
        let classes = (0..size.pixels()).map(|at| (noise(scene, at) % 7) as u8).collect();
        write_mask(&project.mask(scene), &LabelMap::new(size, classes)).unwrap();
    }
    let page = compared(&project, &[masks(&project, "right", 40, |_, _, class| class)]);
    assert!(fs::metadata(&page).unwrap().len() < 1 << 20, "thumbnails are inside the page");
    let found = told(
        browser,
        &page,
        r#"
const loaded = () => all("head script").map((script) => script.src.split("/").pop()).sort().join(" ");
const settle = () => new Promise((done) => setTimeout(done, 300));
const whole = () => all(".card img").every((image) => image.complete && image.naturalWidth === 256);
choose("order", "id"); await settle();
const found = { shown: all(".card").length, first: loaded(), whole: whole(), paired: one("label.paired").hidden };
choose("id", "0040"); await settle();
found.last = loaded(); found.lastWhole = whole();
tell(found);
"#,
    );
    let expected = json!({ "shown": 12, "paired": true, "first": "0.js", "whole": true, "last": "0.js 2.js", "lastWhole": true });
    assert_eq!(found, expected);
}
