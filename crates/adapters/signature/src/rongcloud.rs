//! RongCloud: SHA-1 over secret, nonce and time stamp (docs/wire/rongcloud.md#signature).

use sha1::{Digest, Sha1};

/// The digest over the header texts exactly as sent, joined without separators.
pub(crate) fn digest(secret: &str, nonce: &str, timestamp: &str) -> String {
    let mut sha1 = Sha1::new();
    for part in [secret, nonce, timestamp] {
        sha1.update(part.as_bytes());
    }
    crate::hex(&sha1.finalize())
}

#[cfg(test)]
mod tests {
    use crate::HttpSignatures;
    use sixin_application::access::ports::{Signatures, SignedParts};
    use sixin_domain::access::app_key::Secret;

    const VECTORS: [(&str, &str, &str, &str); 5] = [
        ("S3cretForDocs", "4210004550", "1732233600000", "b45bd2750f16045920fec92933ebba701aa79551"),
        ("S3cretForDocs", "4210004550", "1732233600", "333a08eaa7304e9a111380ef3db931b49f2c2408"),
        ("S3cretForDocs", "483920.5173928474", "1732233600", "6e40ccb1058cb7992acc6e256eda7f03d95b1593"),
        ("Y1W2MeFwwwRxa0", "14314", "1408710653000", "30be0bbca9c9b2e27578701e9fda2358a814c88f"),
        ("S3cretForDocs", "77711", "1732233600123", "50ba969627f72c8fbb2875b4c8ca9544cc2210ce"),
    ];

    #[test]
    fn the_documented_vectors_fit_in_either_hex_case() {
        for (secret, nonce, timestamp, signature) in VECTORS {
            let parts = SignedParts::NonceAndTime { nonce: nonce.into(), timestamp: timestamp.into() };
            let secret = Secret::new(secret);
            assert_eq!(HttpSignatures.sign(&parts, &secret), signature);
            assert!(HttpSignatures.verify(&parts, &secret, signature));
            assert!(HttpSignatures.verify(&parts, &secret, &signature.to_uppercase()));
            assert!(!HttpSignatures.verify(&parts, &secret, &signature[..39]));
        }
    }
}
