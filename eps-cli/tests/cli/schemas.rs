//! The JSON Schemas of `docs/schema`, and that they hold for everything that the program writes as JSON.

use crate::call::{Call, eps};
use crate::project::{Project, files};
use crate::{recipe, segment};
use boon::{Compiler, SchemaIndex};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A schema of the repository.
struct Schema {
    /// That of its file.
    name: String,
    text: Value,
    compiled: SchemaIndex,
}

impl Schema {
    /// How many of the keys that it asks for a JSON has.
    fn nearness(&self, json: &Value) -> usize {
        let is_list = self.text["type"] == "array";
        let (schema, json) =
            if is_list { (&self.text["items"], &json[0]) } else { (&self.text, json) };
        let schema = match schema["$ref"].as_str() {
            Some(place) => self.text.pointer(&place[1..]).unwrap_or(schema),
            None => schema,
        };
        let keys = schema["required"].as_array().into_iter().flatten();
        keys.filter(|key| key.as_str().is_some_and(|key| json.get(key).is_some())).count()
    }
}

struct Schemas {
    all: Vec<Schema>,
    compiled: boon::Schemas,
}

impl Schemas {
    fn read() -> Self {
        let (mut compiled, mut compiler) = (boon::Schemas::new(), Compiler::new());
        let mut all = Vec::new();
        for (name, path) in paths() {
            let place = path.to_str().expect("a path of text");
            let schema = compiler.compile(place, &mut compiled);
            let schema = schema.unwrap_or_else(|error| panic!("{place}: {error:#}"));
            all.push(Schema { name, text: read(&path), compiled: schema });
        }
        Self { all, compiled }
    }

    /// The name of the schema that a JSON has.
    ///
    /// # Errors
    ///
    /// If there is none; what the nearest one finds.
    fn name_of(&self, text: &str) -> Result<&str, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let fault = |schema: &Schema| {
            let checked = self.compiled.validate(&value, schema.compiled);
            checked.err().map(|error| error.to_string())
        };
        if let Some(schema) = self.all.iter().find(|schema| fault(schema).is_none()) {
            return Ok(&schema.name);
        }
        let nearest = self.all.iter().max_by_key(|schema| schema.nearness(&value));
        let nearest = nearest.expect("some schemas");
        Err(format!("{}: {}", nearest.name, fault(nearest).unwrap_or_default()))
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a schema");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Those of the demo and of networks in ONNX files, which have tests of their own.
const MET_ELSEWHERE: [&str; 2] = ["demo-scores", "made-saliency"];

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::read);

/// Name and path of every schema.
fn paths() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    let name =
        |path: &PathBuf| path.to_string_lossy().strip_suffix(".schema.json").map(String::from);
    let found = files(&folder).into_keys();
    found.filter_map(|path| Some((name(&path)?, folder.join(path)))).collect()
}

/// The names of the schemas of all JSON below a folder; data sets' own files, such as COCO's, have none.
#[track_caller]
pub(crate) fn of_folder(root: &Path) -> BTreeSet<&'static str> {
    let is_ours = |path: &&PathBuf| {
        path.extension().is_some_and(|ending| ending == "json")
            && !path.to_string_lossy().contains("instances")
    };
    let files = files(root);
    let files = files.iter().filter(|(path, _)| is_ours(path));
    files.map(|(path, text)| of(&String::from_utf8_lossy(text), &path.display())).collect()
}

/// The name of the schema of a JSON; `place` says where it stands.
#[track_caller]
pub(crate) fn of(json: &str, place: &dyn std::fmt::Display) -> &'static str {
    SCHEMAS.name_of(json).unwrap_or_else(|error| panic!("{place} has no schema; nearest: {error}"))
}

/// Calls of commands that score something, each with its JSON.
fn write_scores(project: &Project) {
    let (data, path) = (project.data(), |name: &str| project.path(name));
    let on_list = |command: &str| {
        let call = Call::of(command.split(' ')).and(path("run"));
        call.with("--data", &data).with("--list", "train")
    };
    for part in ["1", "2"] {
        let counts = path(&format!("part-{part}.json"));
        let shard = format!("{part}/2");
        on_list("evaluate").with("--shard", shard).with("--counts", counts).succeeds();
    }
    let merge = eps("merge").and(path("part-1.json")).and(path("part-2.json"));
    merge.with("--json", path("merged.json")).succeeds();
    for command in ["audit", "sweep", "compare"] {
        on_list(command).with("--json", path(&format!("{command}.json"))).succeeds();
    }
    on_list("freeze").with("--out", path("frozen.tgz")).succeeds();
    let mut unpack = Command::new("tar");
    unpack.arg("xzf").arg(path("frozen.tgz")).arg("-C").arg(path(""));
    assert!(unpack.status().expect("tar is there").success());
    on_list("report").with("--out", path("report")).succeeds();
    let ours = format!("EPS={}", path("run").display());
    let call = Call::of(["reproduce", "pseudo-masks-voc", "--resamples", "100", "--ours", &ours]);
    let call = call.with("--data", &data).with("--list", "train");
    call.with("--json", path("reproduced.json")).succeeds();
}

/// Calls of commands that look at a data set, or leave maps or masks and say what these were made of.
fn write_records(project: &Project) {
    let (data, path) = (project.data(), |name: &str| project.path(name));
    let on_data = |command: &str| Call::of(command.split(' ')).with("--data", &data);
    on_data("data check").with("--json", path("check.json")).run();
    on_data("data stats").with("--out", path("stats")).succeeds();
    let maps = format!("maps={}", data.join("SALImages").display());
    let call = on_data("saliency evaluate").with("--predictions", maps);
    call.with("--json", path("saliency.json")).succeeds();
    on_data("refine")
        .and(path("run"))
        .with("--preset", "psa")
        .with("--out", path("crf"))
        .succeeds();
    on_data("masks")
        .and(path("run"))
        .with("--threshold", "0.3")
        .with("--out", path("cut"))
        .succeeds();
    let fixture = eps_testkit::fixture("cams/psa.npy");
    eps("data").and("convert").and(fixture).with("--out", path("converted")).succeeds();
    let recipe = project.write("segment.toml", recipe::with(segment::RECIPE, "updates = 2"));
    let train = on_data("segment train").with("--recipe", recipe).with("--out", path("segment"));
    train.succeeds();
    on_data("segment infer").and(path("segment")).succeeds();
}

#[test]
fn every_json_has_its_schema_and_every_schema_its_json() {
    let project = Project::with_scenes(4);
    project.train("run", &recipe::cam()).succeeds();
    project.infer("run").with("--list", "train").succeeds();
    write_scores(&project);
    write_records(&project);
    let mut met = of_folder(&project.path(""));
    let recipe = project.write("ablation.toml", recipe::cam());
    let ablate = eps("ablate").with("--recipe", &recipe).with("--data", project.data());
    let ablate = ablate.with("--out", project.path("grid")).with("--resamples", "9");
    // The first diverges.
    assert_eq!(ablate.with("--grid", "learning_rate=1e38,0.1").run().status, Some(1));
    let status = eps("ablate").and("status").and(project.path("grid")).and("--json").succeeds();
    met.insert(of(&status.stdout, &"eps ablate status --json"));
    met.extend(of_folder(&project.path("grid")));
    met.extend(MET_ELSEWHERE);
    let all = SCHEMAS.all.iter().map(|schema| &*schema.name).collect();
    assert_eq!(met, all);
}

#[test]
fn schemas_know_every_key_of_an_object() {
    let mut definitions = BTreeMap::new();
    for (name, path) in paths() {
        let schema = read(&path);
        assert!(schema["description"].is_string() && schema["title"].is_string(), "{name}");
        assert_strict(&schema, &name);
        for (definition, content) in schema["$defs"].as_object().into_iter().flatten() {
            let first = definitions.entry(definition.clone()).or_insert_with(|| content.clone());
            assert_eq!(
                first, content,
                "{definition} of {name} differs from that of another schema"
            );
        }
    }
}

/// An object of named keys allows no other, so that a new one fails the tests until it has a schema.
fn assert_strict(schema: &Value, name: &str) {
    match schema {
        Value::Object(keys) => {
            if keys.get("type").is_some_and(|kind| kind == "object") {
                assert!(keys.contains_key("additionalProperties"), "{name}: {schema}");
            }
            keys.values().for_each(|value| assert_strict(value, name));
        }
        Value::Array(values) => values.iter().for_each(|value| assert_strict(value, name)),
        _ => {}
    }
}

#[test]
fn a_key_that_no_schema_has_is_found() {
    let list = format!(r#"{{"name": "a", "images": 0, "sha256": "{}"}}"#, "0".repeat(64));
    let audit = format!(r#"{{"list": {list}, "oddities": null, "protocols": []}}"#);
    assert_eq!(SCHEMAS.name_of(&audit), Ok("audit"));
    let other = audit.replace(r#""oddities""#, r#""new": 1, "oddities""#);
    assert!(
        SCHEMAS.name_of(&other).unwrap_err().contains("additionalProperties 'new' not allowed")
    );
}
