//! Where outputs go: devices, pipes and links, inputs of the same call, and names that cannot be.

use crate::call::{Call, eps};
use crate::project::Project;
use crate::recipe;
use std::fs;
use std::path::PathBuf;

/// Masks that are the truth, and an evaluation of them.
fn evaluate(project: &Project) -> Call {
    project.evaluate(project.data().join("SegmentationClass"))
}

/// A list of all scenes, in a file.
fn list(project: &Project) -> PathBuf {
    project.write("list.txt", "scene_0001\nscene_0002\n")
}

#[cfg(unix)]
#[test]
fn devices_and_links_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let project = Project::with_scenes(2);
    let data = |command: &str| eps("data").and(command).with("--data", project.data());
    let recipe = project.write("recipe.toml", recipe::eps());
    let ablate = eps("ablate")
        .with("--recipe", recipe)
        .with("--data", project.data())
        .with("--out", project.path("ablation"))
        .with("--grid", "seed=1,2");
    let link = project.path("link");
    symlink("/dev/null", &link).unwrap();
    let calls = [
        data("list").with("--out", &link),
        data("labels").with("--out", &link),
        data("check").with("--json", &link),
        evaluate(&project).with("--json", &link).with("--csv", &link),
        ablate.with("--slurm", &link),
    ];
    for call in calls {
        call.succeeds();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
    // A link to a file, which is not there at first.
    fs::create_dir(project.path("below")).unwrap();
    fs::remove_file(&link).unwrap();
    symlink("below/list.txt", &link).unwrap();
    for _ in 0..2 {
        data("list").with("--out", &link).succeeds();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let text = fs::read_to_string(project.path("below/list.txt")).unwrap();
        assert_eq!(text, "scene_0001\nscene_0002\n");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_takes_results_whatever_it_is() {
    let project = Project::with_scenes(2);
    let plain = evaluate(&project).succeeds().stdout;
    let json = project.path("scores.json");
    evaluate(&project).with("--json", &json).succeeds();
    let expected = fs::read_to_string(json).unwrap() + &plain;
    let link = project.path("link");
    std::os::unix::fs::symlink("/proc/self/fd/1", &link).unwrap();
    for name in [PathBuf::from("/dev/stdout"), link.clone()] {
        let file = project.path("stdout");
        evaluate(&project).with("--json", &name).writing_to(&file).succeeds();
        assert_eq!(fs::read_to_string(file).unwrap(), expected);
        assert_eq!(evaluate(&project).with("--json", &name).succeeds().stdout, expected);
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn an_output_that_cannot_be_is_refused_before_others_are_written() {
    let project = Project::with_scenes(2);
    let json = project.path("scores.json");
    let call = || evaluate(&project).with("--json", &json);
    let new = format!("{}/", project.path("new").display());
    call().with("--markdown", new).refuses(&["new/: is a folder, expected the name of a file"]);
    let long = project.path(&"a".repeat(300));
    call().with("--csv", &long).refuses(&["File name too long"]);
    call().with("--latex", &json).refuses(&["scores.json: is named for two outputs"]);
    assert!(!json.exists() && !project.path("new").exists());
    let data = |command: &str| eps("data").and(command).with("--data", project.data());
    data("list").with("--out", project.data()).refuses(&["data: is a folder"]);
    data("labels").with("--out", &long).refuses(&["File name too long"]);
    data("check").with("--json", &long).refuses(&["File name too long"]);
    data("browse").with("--out", &long).refuses(&["File name too long"]);
    let recipe = project.write("recipe.toml", recipe::cam());
    let train = eps("train").with("--recipe", recipe).with("--data", project.data());
    train.with("--out", &long).refuses(&["File name too long"]);
}

#[test]
fn an_input_of_the_same_call_is_not_replaced() {
    let project = Project::with_scenes(2);
    let list = list(&project);
    let before = fs::read(&list).unwrap();
    let read = "is read by this command, expected another file to write";
    let data = |command: &str| eps("data").and(command).with("--data", project.data());
    data("list").with("--list", &list).with("--out", &list).refuses(&["list.txt: ", read]);
    data("list").with("--with", &list).with("--out", &list).refuses(&["list.txt: ", read]);
    let masks = project.data().join("SegmentationClass");
    let on_list = || {
        let call = eps("evaluate").with("--truth", &masks).with("--list", &list);
        call.with("--predictions", &masks)
    };
    on_list().with("--json", &list).refuses(&["list.txt: ", read]);
    on_list().with("--csv", project.mask(0)).refuses(&["scene_0001.png: ", read]);
    assert!(fs::read(&list).unwrap() == before);
    let table = project.data().join("cls_labels.csv");
    data("labels").with("--out", &table).refuses(&["cls_labels.csv: ", read]);
    let part = project.path("part.json");
    on_list().with("--shard", "1/1").with("--counts", &part).succeeds();
    eps("merge").and(&part).with("--out", &part).refuses(&["part.json: ", read]);
    // A recipe in the run folder would be replaced by the resolved one.
    let call = project.train("run", &recipe::cam());
    fs::create_dir(project.path("run")).unwrap();
    let text = "# mine\n".to_owned() + &recipe::cam();
    let recipe = project.write("run/recipe.toml", &text);
    drop(call);
    eps("train")
        .with("--recipe", &recipe)
        .with("--data", project.data())
        .with("--out", project.path("run"))
        .refuses(&["run/recipe.toml: is read by this command and would be replaced"]);
    assert_eq!(fs::read_to_string(recipe).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn what_never_ends_or_begins_is_no_input() {
    let project = Project::with_scenes(2);
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let list = |path: &std::path::Path| {
        eps("data").and("list").with("--data", project.data()).with("--list", path)
    };
    list("/dev/zero".as_ref()).refuses(&["/dev/zero: a device, expected a regular file"]);
    list(&pipe).refuses(&["pipe: a pipe, expected a regular file"]);
    project.train("run", &recipe::cam()).with("--weights", "/dev/zero").refuses(&["a device"]);
    let call = eps("weights").and("inspect").and(&pipe);
    call.refuses(&["pipe: a pipe, expected a regular file"]);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_kept_or_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let project = Project::with_scenes(2);
    let strange = project.path("").join(OsStr::from_bytes(b"r\xff"));
    let recipe = recipe::with(&recipe::cam(), "updates = 1");
    let call = project.train("run", &recipe).with("--seed", "3");
    drop(call);
    eps("train")
        .with("--recipe", project.path("run.toml"))
        .with("--data", project.data())
        .with("--out", &strange)
        .succeeds();
    let provenance = fs::read_to_string(strange.join("provenance.json")).unwrap();
    assert!(provenance.contains("r\\\\xff"), "{provenance}");
    let ended = evaluate(&project).with("--name", OsStr::from_bytes(b"\xff")).run();
    assert_eq!(ended.status, Some(2));
    let expected = "the value `\\xff` of --name is not UTF-8";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
}
