//! MXNet's list of arrays: any bytes give arrays that lie inside the file, or an error.

// The file itself: its crate takes minutes to build for a fuzzer, and the parser uses none of it.
#[allow(dead_code, reason = "what a file of weights needs besides the parser")]
#[path = "../../eps-model/src/weights/mxnet.rs"]
mod parser;

pub fn run(bytes: &[u8]) {
    for array in parser::parse(bytes).unwrap_or_default() {
        let count: usize = array.shape.iter().product();
        assert_eq!(array.values.len(), count * array.dtype.size());
        assert!(array.values.end <= bytes.len());
    }
}
