//! Pictures in boxes: heic and avif. They are not unpacked, so they get no thumbnails; only what they say of themselves is read.

use std::io::{Read, Seek};

use crate::Flaw;
use crate::boxes::{Boxed, Found};
use crate::reader::{bytes, u32_be};

/// Longest list of a picture's parts that is read, in bytes.
pub(crate) const LIST_BYTES: u64 = 1024 * 1024;
/// Brands of both kinds.
const AVIF: [&[u8; 4]; 2] = [b"avif", b"avis"];
const HEIC: [&[u8; 4]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"];
/// Brands that say no more than that it is a picture, or several.
const EITHER: [&[u8; 4]; 3] = [b"mif1", b"msf1", b"miaf"];

/// Which kind of picture has these brands, the first of them its main one; `None` for none.
pub(crate) fn extension(brands: &[[u8; 4]]) -> Option<&'static str> {
    let main = brands.first()?;
    let has = |names: &[&[u8; 4]]| brands.iter().any(|brand| names.contains(&brand));
    if HEIC.contains(&main) {
        Some("heic")
    } else if AVIF.contains(&main) || EITHER.contains(&main) && has(&AVIF) {
        Some("avif")
    } else if EITHER.contains(&main) {
        Some("heic")
    } else {
        None
    }
}

/// A property of a part.
#[derive(Clone, Copy)]
enum Property {
    Extent(u32, u32),
    /// Only so much of it shows.
    Crop(u32, u32),
    /// Turned by so many quarters.
    Turn(u8),
    Other,
}

/// Width and height of a picture as it is shown: those of its main part, cropped and turned as it says; of its largest part, if
/// it does not say which is the main one.
pub(crate) fn pixels<R: Read + Seek>(file: &mut Boxed<R>, size: u64) -> Result<(u32, u32), Flaw> {
    let meta = file.find((0, size), b"meta")?;
    let parts = (meta.start.saturating_add(4), meta.end);
    let list = file.find(parts, b"iprp")?;
    let properties = properties(file, &list)?;
    let pixels = match main_part(file, parts)? {
        Some(main) => shown(&of_part(file, &list, main, &properties)?),
        None => None,
    };
    let (width, height) = pixels.unwrap_or_else(|| largest(&properties));
    if width == 0 || height == 0 { Err(Flaw::Wrong) } else { Ok((width, height)) }
}

fn properties<R: Read + Seek>(file: &mut Boxed<R>, list: &Found) -> Result<Vec<Property>, Flaw> {
    let list = file.find(list.part(), b"ipco")?;
    let mut properties = Vec::new();
    file.each(list.part(), |file, found| {
        file.go_to(found.start)?;
        let reader = &mut file.reader;
        properties.push(match &found.name {
            b"ispe" => {
                bytes::<4>(reader)?;
                Property::Extent(u32_be(reader)?, u32_be(reader)?)
            }
            b"clap" => Property::Crop(rounded(reader)?, rounded(reader)?),
            b"irot" => {
                let [quarters] = bytes(reader)?;
                Property::Turn(quarters & 3)
            }
            _ => Property::Other,
        });
        Ok(())
    })?;
    Ok(properties)
}

/// The next fraction; 0 for none.
fn rounded(reader: &mut impl Read) -> Result<u32, Flaw> {
    let (above, below) = (u32_be(reader)?, u32_be(reader)?);
    Ok(above.checked_div(below).unwrap_or(0))
}

fn main_part<R: Read + Seek>(file: &mut Boxed<R>, parts: (u64, u64)) -> Result<Option<u32>, Flaw> {
    let Some(found) = file.look_for(parts, b"pitm")? else { return Ok(None) };
    file.go_to(found.start)?;
    number(&mut file.reader.by_ref(), |version| version > 0).map(Some)
}

/// The number of a part behind the version of a box, long or short depending on that.
fn number(reader: &mut impl Read, is_long: impl Fn(u8) -> bool) -> Result<u32, Flaw> {
    let [version, ..] = bytes::<4>(reader)?;
    part_number(reader, is_long(version))
}

pub(crate) fn part_number(reader: &mut impl Read, is_long: bool) -> Result<u32, Flaw> {
    if is_long { Ok(u32_be(reader)?) } else { Ok(u16::from_be_bytes(bytes(reader)?).into()) }
}

/// The properties of one part, in their order.
fn of_part<R: Read + Seek>(
    file: &mut Boxed<R>,
    list: &Found,
    part: u32,
    properties: &[Property],
) -> Result<Vec<Property>, Flaw> {
    let Some(found) = file.look_for(list.part(), b"ipma")? else { return Ok(Vec::new()) };
    let content = file.content(&found, LIST_BYTES)?;
    let mut reader = content.as_slice();
    let [version, _, _, flags] = bytes(&mut reader)?;
    let mut own = Vec::new();
    for _ in 0..u32_be(&mut reader)? {
        let of = part_number(&mut reader, version > 0)?;
        let [count] = bytes(&mut reader)?;
        for _ in 0..count {
            let index = if flags & 1 == 1 {
                u16::from_be_bytes(bytes(&mut reader)?) & 0x7fff
            } else {
                let [index] = bytes(&mut reader)?;
                u16::from(index & 0x7f)
            };
            let property = usize::from(index).checked_sub(1).and_then(|index| properties.get(index));
            own.extend(property.filter(|_| of == part));
        }
    }
    Ok(own)
}

fn shown(properties: &[Property]) -> Option<(u32, u32)> {
    let mut pixels = None;
    for property in properties {
        pixels = match (*property, pixels) {
            (Property::Extent(width, height), None) => Some((width, height)),
            (Property::Crop(width, height), Some((most_wide, most_high)))
                if width > 0 && height > 0 && width <= most_wide && height <= most_high =>
            {
                Some((width, height))
            }
            (Property::Turn(1 | 3), Some((width, height))) => Some((height, width)),
            (_, pixels) => pixels,
        };
    }
    pixels
}

fn largest(properties: &[Property]) -> (u32, u32) {
    let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let extents = properties.iter().filter_map(|property| match property {
        Property::Extent(width, height) => Some((*width, *height)),
        _ => None,
    });
    let (width, height) = extents.max_by_key(|extent| area(*extent)).unwrap_or_default();
    let is_turned = properties.iter().any(|property| matches!(property, Property::Turn(1 | 3)));
    if is_turned { (height, width) } else { (width, height) }
}
