//! What a file is, by its content alone. What it is called does not count.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};

use sixin_domain::file::FileKind::{self, Audio, Document, Image, Video};
use sixin_domain::file::media::Form;

use crate::boxes::Boxed;
use crate::reader::head;
use crate::{Flaw, adts, amr, documents, film, heif, mp3, webm};

/// How much of a file is looked at first.
const START: u64 = 1024;

macro_rules! forms {
    ($($kind:ident $($extension:literal)+),+) => {
        &[$($(Form { kind: $kind, extension: $extension },)+)+]
    };
}

type Forms = &'static [Form];

const NOTHING: Forms = &[];
const PNG: Forms = forms!(Image "png");
const JPEG: Forms = forms!(Image "jpg" "jpeg");
const GIF: Forms = forms!(Image "gif");
const BMP: Forms = forms!(Image "bmp");
const WEBP: Forms = forms!(Image "webp");
const HEIC: Forms = forms!(Image "heic" "heif");
const AVIF: Forms = forms!(Image "avif");
const MP3: Forms = forms!(Audio "mp3");
const WAV: Forms = forms!(Audio "wav");
const AAC: Forms = forms!(Audio "aac");
const AMR: Forms = forms!(Audio "amr");
const OGG: Forms = forms!(Audio "ogg" "opus" "oga");
const SOUND_IN_WEBM: Forms = forms!(Audio "webm");
const WEBM: Forms = forms!(Video "webm");
const SOUND_IN_BOXES: Forms = forms!(Audio "m4a");
const SOUND_OF_TELEPHONES: Forms = forms!(Audio "3gp" "m4a");
const FILM: Forms = forms!(Video "mp4");
/// A sound may have pictures: those of its chapters.
const FILM_OR_SOUND: Forms = forms!(Video "mp4", Audio "m4a");
const FILM_OF_TELEPHONES: Forms = forms!(Video "3gp" "mp4");
const QUICKTIME: Forms = forms!(Video "mov");

/// In which forms a file may be kept, the most fitting first; none if it is nothing that is known here. What has no marks of its
/// own (texts, and sounds that begin somewhere) is only found by who looks for it.
pub(crate) fn recognise(file: &File, said: FileKind) -> Result<Forms, Flaw> {
    let size = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    reader.rewind()?;
    let start = head(&mut reader, START)?;
    reader.rewind()?;
    let begins = |with: &[u8]| start.starts_with(with);
    let holds = |at: usize, what: &[u8]| start.get(at..).is_some_and(|rest| rest.starts_with(what));
    Ok(match () {
        () if begins(b"\x89PNG\r\n\x1a\n") => PNG,
        () if begins(b"\xff\xd8\xff") => JPEG,
        () if begins(b"GIF87a") || begins(b"GIF89a") => GIF,
        () if begins(b"RIFF") && holds(8, b"WEBP") => WEBP,
        () if begins(b"RIFF") && holds(8, b"WAVE") => WAV,
        () if is_bitmap(&start) => BMP,
        () if begins(b"OggS") => OGG,
        () if begins(amr::NARROW) || begins(amr::WIDE) => AMR,
        () if begins(&webm::MARK) => match webm::kinds(&mut reader, size) {
            Ok(tracks) if tracks.picture => WEBM,
            Ok(tracks) if tracks.sound => SOUND_IN_WEBM,
            found => found.map(|_| NOTHING).or_else(nothing)?,
        },
        () if holds(4, b"ftyp")
            || holds(4, b"moov")
            || holds(4, b"wide")
            || holds(4, b"mdat")
            || holds(4, b"free") =>
        {
            boxed(reader, size).or_else(nothing)?
        }
        () => by_looking(reader, size, &start, said)?,
    })
}

/// The header of a bitmap has one of few sizes; a text can begin with the same two letters.
fn is_bitmap(start: &[u8]) -> bool {
    let size = start.get(14..18).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
    start.starts_with(b"BM") && size.is_some_and(|size| [12, 16, 40, 52, 56, 64, 108, 124].contains(&size))
}

fn boxed(reader: BufReader<&File>, size: u64) -> Result<Forms, Flaw> {
    let mut file = Boxed::new(reader);
    let brands = file.brands(size)?;
    let main = brands.iter().flatten().next().copied();
    match brands.as_deref().and_then(heif::extension) {
        Some("avif") => return Ok(AVIF),
        Some(_) => return Ok(HEIC),
        None => {}
    }
    let tracks = film::kinds(&mut file, size)?;
    let is_of_telephone = main.is_some_and(|brand| brand.starts_with(b"3g"));
    // Films of old cameras have no brand.
    let is_quicktime = main.is_none_or(|brand| brand == *b"qt  ");
    Ok(match (tracks.picture, tracks.sound) {
        (true, _) if is_quicktime => QUICKTIME,
        (true, _) if is_of_telephone => FILM_OF_TELEPHONES,
        (true, true) => FILM_OR_SOUND,
        (true, false) => FILM,
        (false, true) if is_of_telephone => SOUND_OF_TELEPHONES,
        (false, true) => SOUND_IN_BOXES,
        (false, false) => NOTHING,
    })
}

fn by_looking(
    mut reader: impl BufRead + Seek,
    size: u64,
    start: &[u8],
    said: FileKind,
) -> Result<Forms, Flaw> {
    let is_tagged = start.starts_with(b"ID3");
    if said == Audio || is_tagged || start.first() == Some(&0xff) {
        if adts::seconds(&mut reader, size).is_ok() {
            return Ok(AAC);
        }
        reader.rewind()?;
        if mp3::seconds(&mut reader, size).is_ok() {
            return Ok(MP3);
        }
        reader.rewind()?;
    }
    if said == Document || documents::is_marked(start) {
        documents::forms(&mut reader, size, start)
    } else {
        Ok(NOTHING)
    }
}

/// A file that is broken is nothing that is known; one that can't be read is our fault.
fn nothing(flaw: Flaw) -> Result<Forms, Flaw> {
    match flaw {
        Flaw::Wrong => Ok(NOTHING),
        io @ Flaw::Io(_) => Err(io),
    }
}
