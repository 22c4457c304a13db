//! Small files of all kinds, for tests.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

pub(crate) fn photo(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90])).into()
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut all = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
    all.extend_from_slice(name);
    all.extend_from_slice(content);
    all
}

pub(crate) fn track(kind: &[u8; 4]) -> Vec<u8> {
    let handler = [&[0; 8][..], kind, &[0; 12]].concat();
    boxed(b"trak", &boxed(b"mdia", &boxed(b"hdlr", &handler)))
}

pub(crate) fn header(scale: u32, length: u32) -> Vec<u8> {
    let numbers = [0, 0, 0, scale, length].map(u32::to_be_bytes).concat();
    boxed(b"mvhd", &[&numbers[..], &[0; 80]].concat())
}

pub(crate) fn film(brand: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let film = boxed(b"moov", &parts.concat());
    [boxed(b"ftyp", &[&brand[..], &[0; 4], &brand[..]].concat()), boxed(b"mdat", &[7; 100]), film].concat()
}

pub(crate) fn heic(properties: &[Vec<u8>]) -> Vec<u8> {
    let list = boxed(b"iprp", &boxed(b"ipco", &properties.concat()));
    [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), boxed(b"meta", &[&[0; 4][..], &list].concat())].concat()
}

pub(crate) fn extent(width: u32, height: u32) -> Vec<u8> {
    boxed(b"ispe", &[0, width, height].map(u32::to_be_bytes).concat())
}

pub(crate) fn wav(rate: u32, claimed: u32, sound: &[u8]) -> Vec<u8> {
    let format = [&[1, 0, 1, 0][..], &rate.to_le_bytes(), &rate.to_le_bytes(), &[1, 0, 8, 0]].concat();
    let chunk = |name: &[u8], length: u32, content: &[u8]| [name, &length.to_le_bytes(), content].concat();
    let chunks = [chunk(b"fmt ", 16, &format), chunk(b"LIST", 3, &[0; 4]), chunk(b"data", claimed, sound)];
    [&b"RIFF\0\0\0\0WAVE"[..], &chunks.concat()].concat()
}

/// Frames of 128 kbit/s at 44.1 kHz: 1152 samples in 417 bytes each.
pub(crate) fn mp3(frames: usize) -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat();
    [&b"ID3\x04\0\0\0\0\x01\x00"[..], &[0; 128], &frame.repeat(frames)].concat()
}

/// A JPEG with an Exif part that says: turned by a quarter; and a place that must not be passed on.
pub(crate) fn turned(width: u32, height: u32) -> Vec<u8> {
    let plain = encoded(&photo(width, height), ImageFormat::Jpeg);
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 52.5 13.4";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, exif, &plain[2..]].concat()
}
