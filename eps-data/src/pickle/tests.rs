use super::*;
use proptest::prelude::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../fixtures/pickle/", $name)) as &[u8]
    };
}

const LABELS: [&[u8]; 4] = [
    fixture!("labels2.pickle"),
    fixture!("labels3.pickle"),
    fixture!("labels4.pickle"),
    fixture!("labels5.pickle"),
];

const MAPS: [&[u8]; 4] = [
    fixture!("maps2.pickle"),
    fixture!("maps3.pickle"),
    fixture!("maps4.pickle"),
    fixture!("maps5.pickle"),
];

#[test]
fn labels_of_every_protocol_are_read() {
    for bytes in LABELS {
        let Value::Objects { shape, items } = load(bytes).unwrap() else {
            panic!("an array of objects")
        };
        assert_eq!((shape, items.len()), (vec![], 1));
        let Some(Value::Array(row)) = items[0].get("2007_000063") else { panic!("a row") };
        assert_eq!((row.dtype, row.shape.as_slice()), (Dtype::Float(4), &[20][..]));
        let present: Vec<usize> = (0..20).filter(|&channel| row.values()[channel] == 1.0).collect();
        assert_eq!(present, [8, 11]);
    }
}

#[test]
fn numbers_orders_and_containers_are_those_that_were_pickled() {
    for bytes in MAPS {
        let maps = load(bytes).unwrap();
        let array = |key: &str| match maps.get(key) {
            Some(Value::Array(array)) => (array.shape.clone(), array.values()),
            other => panic!("{key}: {other:?}"),
        };
        assert_eq!(array("keys"), (vec![2], vec![0.0, 15.0]));
        assert_eq!(array("fortran"), (vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        assert_eq!(array("half"), (vec![2], vec![0.5, -2.0]));
        assert_eq!(array("big"), (vec![3], vec![1.0, -2.0, 70_000.0]));
        assert_eq!(array("bytes"), (vec![1, 2], vec![1.0, 255.0]));
        assert_eq!(array("mask"), (vec![2], vec![1.0, 0.0]));
        assert_eq!(array("scalar"), (vec![], vec![0.25]));
        assert_eq!(maps.get("number"), Some(&Value::Int(-(1 << 40))));
        assert_eq!(maps.get("nothing"), Some(&Value::None));
        let bytes = Value::Bytes(vec![0x80, 0xff]);
        let tuple = Value::Tuple(vec![Value::Bool(true), bytes]);
        let list = vec![Value::Float(1.5), Value::Text("text".into()), tuple];
        assert_eq!(maps.get("list"), Some(&Value::List(list)));
    }
}

#[test]
fn a_function_that_is_not_known_is_not_called() {
    // os.system('true'), the usual attack.
    let attack = b"cos\nsystem\n(X\x04\0\0\0truetR.";
    assert_eq!(load(attack), Ok(Value::Unknown("os.system".into())));
    let inside = b"\x80\x02}(X\x01\0\0\0acposix\nfork\n)RX\x01\0\0\0bK\x07u.";
    let found = load(inside).unwrap();
    assert_eq!(found.get("a"), Some(&Value::Unknown("posix.fork".into())));
    assert_eq!(found.get("b"), Some(&Value::Int(7)));
}

#[test]
fn each_way_to_be_wrong_has_its_error() {
    let operand = |at, found, expected| Err(PickleError::Operand { at, found, expected });
    assert_eq!(load(b""), Err(PickleError::Truncated { what: "an operation", needed: 1, end: 0 }));
    assert_eq!(load(b"\x80\x06."), Err(PickleError::Protocol { at: 0, found: 6 }));
    assert_eq!(load(b"N\x97."), Err(PickleError::Operation { at: 1, code: 0x97 }));
    assert_eq!(load(b"."), operand(1, "an operation without its operands", "as many as it takes"));
    assert_eq!(load(b"t."), operand(1, "no mark", "one"));
    assert_eq!(load(b"NNa."), operand(3, "an item for what is no list", "a list"));
    assert_eq!(load(b"}(NNNu."), operand(6, "a key without a value", "pairs"));
    assert_eq!(load(b"h\x05."), Err(PickleError::Memo { at: 1, key: 5 }));
    assert_eq!(load(b"\x8c\x01\xff."), Err(PickleError::Text { at: 0 }));
    assert_eq!(load(b"\x8a\x09123456789."), Err(PickleError::Integer { at: 0, bytes: 9 }));
    let long = b"X\xff\xff\xff\xffshort";
    let truncated = PickleError::Truncated { what: "a text", needed: 0xffff_ffff, end: 10 };
    assert_eq!(load(long), Err(truncated));
    // An operand from before a mark is not there.
    assert!(matches!(load(b"]N(a."), Err(PickleError::Operand { .. })));
}

#[test]
fn a_list_in_itself_and_a_bomb_of_references_are_refused() {
    let within = b"N0N0N0N0]q\x00h\x00a.";
    assert_eq!(load(within), Err(PickleError::Depth { limit: 32 }));
    // Each list holds the one before ten times: 10^9 values from 230 bytes.
    let mut bomb = b"\x80\x02]q\x00".to_vec();
    for level in 0..9_u8 {
        bomb.extend(b"](");
        bomb.extend([b'h', level].repeat(10));
        bomb.extend([b'e', b'q', level + 1]);
    }
    bomb.push(b'.');
    assert_eq!(load(&bomb), Err(PickleError::Repetition { limit: 4 * bomb.len() }));
}

#[test]
fn objects_that_outgrow_the_file_are_refused() {
    // A name of 100 bytes that is put together from the memo again and again.
    let mut bytes = b"\x80\x02X\x64\0\0\0".to_vec();
    bytes.extend([b'a'; 100]);
    bytes.extend(b"q\0");
    bytes.extend(b"h\0h\0\x93".repeat(40));
    bytes.push(b'.');
    assert_eq!(load(&bytes), Err(PickleError::Memory { limit: 8 * bytes.len() }));
}

#[test]
fn arrays_that_share_their_bytes_are_counted_each() {
    // The type, 1,000 bytes, the function and its arguments, kept as 1 to 4.
    let mut shared =
        b"\x80\x03cnumpy\ndtype\nX\x02\0\0\0u1\x89\x88\x87Rq\x010B\xe8\x03\0\0".to_vec();
    shared.extend([7; 1000]);
    shared.extend(b"q\x020cnumpy.core.multiarray\n_reconstruct\nq\x030");
    shared.extend(b"cnumpy\nndarray\nK\x00\x85C\x01b\x87q\x040");
    let arrays = |count: usize| {
        let array = b"h\x03h\x04R(K\x01M\xe8\x03\x85h\x01\x89h\x02tb0";
        let mut bytes = shared.clone();
        bytes.extend(array.repeat(count));
        bytes.extend(b"N.");
        bytes
    };
    assert_eq!(load(&arrays(3)), Ok(Value::None));
    let many = arrays(100);
    assert_eq!(load(&many), Err(PickleError::Memory { limit: 8 * many.len() }));
}

#[test]
fn a_type_of_any_name_is_read() {
    let typed = |name: &str| {
        let mut bytes = b"cnumpy\ndtype\nX".to_vec();
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(b"\x89\x88\x87R.");
        load(&bytes)
    };
    let unknown = typed("V8");
    // A name that begins with a letter of several bytes, and none at all.
    for name in ["\u{e9}8", "\u{80}", ""] {
        assert_eq!(typed(name), unknown, "{name:?}");
    }
}

#[test]
fn an_array_without_as_many_bytes_as_its_shape_says_is_refused() {
    let mut bytes = LABELS[2].to_vec();
    let shape = bytes.windows(4).position(|window| window == b"K\x01K\x14").unwrap();
    bytes[shape + 3] = 21;
    let error = PickleError::ArraySize { shape: vec![21], size: 4, found: 80 };
    assert_eq!(load(&bytes), Err(error));
}

#[test]
fn a_pickle_cut_anywhere_is_refused() {
    for bytes in LABELS.into_iter().chain(MAPS) {
        for end in 0..bytes.len() {
            assert!(load(&bytes[..end]).is_err(), "cut at {end}");
        }
    }
}

proptest! {
    #[test]
    fn changed_bytes_give_a_value_or_an_error(
        file in 0..8_usize,
        changes in prop::collection::vec((0..2000_usize, any::<u8>()), 1..8),
    ) {
        let mut bytes = [LABELS, MAPS].concat()[file].to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = load(&bytes);
    }

    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = load(&bytes);
    }
}
