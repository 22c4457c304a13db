//! Encryption for browsers: `aes128gcm` (RFC 8188) with keys that are agreed upon by RFC 8291, in one record.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use sixin_domain::push::DeviceKeys;

/// The size of a record, which every service takes.
const RECORD: u32 = 4096;
const SALT_BYTES: usize = 16;
/// What stands before the text: salt, size of a record, length of the key and the key.
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + 65;
/// What stands behind it: the mark of the last record, and the tag.
const END_BYTES: usize = 1 + 16;
/// Longest text, so that all of it is no longer than a record: services take no more (RFC 8030, 7.2).
pub(crate) const MOST_BYTES: usize = 4096 - HEADER_BYTES - END_BYTES;

/// The agreed secret of two keys, and what makes it another one each time.
struct Agreed<'a> {
    secret: &'a [u8],
    /// Our key of this time.
    public: &'a [u8],
    salt: [u8; SALT_BYTES],
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Derives so many bytes.
fn derived<const N: usize>(key: &Prk, info: &[&[u8]]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    key.expand(info, Length(N)).ok()?.fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Encrypts a text for a device; `None` if its key is none, or the text too long.
pub(crate) fn encrypted(keys: &DeviceKeys, text: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).ok()?;
    let public = own.compute_public_key().ok()?;
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt).ok()?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.public);
    agree_ephemeral(own, &theirs, |secret| {
        sealed(keys, &Agreed { secret, public: public.as_ref(), salt }, text)
    })
    .ok()?
}

fn sealed(keys: &DeviceKeys, agreed: &Agreed<'_>, text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > MOST_BYTES {
        return None;
    }
    // RFC 8291, 3.4.
    let info: [&[u8]; 3] = [b"WebPush: info\0", &keys.public, agreed.public];
    let input: [u8; 32] = derived(&Salt::new(HKDF_SHA256, &keys.secret).extract(agreed.secret), &info)?;
    // RFC 8188, 2.2 and 2.3.
    let key = Salt::new(HKDF_SHA256, &agreed.salt).extract(&input);
    let content_key: [u8; 16] = derived(&key, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derived(&key, &[b"Content-Encoding: nonce\0"])?;
    let content_key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key).ok()?);
    let mut record = [text, &[2]].concat();
    content_key
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .ok()?;
    let length = u8::try_from(agreed.public.len()).ok()?;
    Some([&agreed.salt[..], &RECORD.to_be_bytes(), &[length], agreed.public, &record].concat())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// The keys of the receiver of RFC 8291, 5.
    fn keys() -> DeviceKeys {
        DeviceKeys::parse(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out() {
        let public =
            bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let sealed = sealed(
            &keys(),
            &Agreed { secret: &secret, public: &public, salt },
            b"When I grow up, I want to be a watermelon",
        );
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(sealed.map(|sealed| URL_SAFE_NO_PAD.encode(sealed)).as_deref(), Some(expected));
    }

    #[test]
    fn each_time_it_is_another_text_and_what_is_longest_is_a_whole_record() {
        let (one, other) = (encrypted(&keys(), b"hello").unwrap(), encrypted(&keys(), b"hello").unwrap());
        assert!(one != other && one.len() == HEADER_BYTES + 5 + END_BYTES);
        assert_eq!(encrypted(&keys(), &[b'x'; MOST_BYTES]).unwrap().len(), 4096);
        assert_eq!(encrypted(&keys(), &[b'x'; MOST_BYTES + 1]), None);
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_is_refused() {
        let no_point = DeviceKeys { public: vec![4; 65], secret: vec![0; 16] };
        assert_eq!(encrypted(&no_point, b"hello"), None);
    }
}
