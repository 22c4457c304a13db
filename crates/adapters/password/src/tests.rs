use super::*;

/// Of "correct horse", as PHP writes it.
fn by_php() -> String {
    let hash = bcrypt::hash_with_salt("correct horse", 4, *b"0123456789abcdef").unwrap();
    hash.format_for_version(bcrypt::Version::TwoY)
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

#[tokio::test]
async fn a_password_is_right_with_its_own_hash_only() {
    let passwords = Passwords::default();
    let hash = passwords.hash(&secret("correct horse")).await.unwrap();
    assert!(hash.starts_with("$argon2id$") && hash.len() <= 255, "{hash}");
    let check = |text: &'static str| {
        let (passwords, hash) = (&passwords, hash.as_str());
        async move { passwords.check(&secret(text), Some(hash)).await.unwrap() }
    };
    assert_eq!(check("correct horse").await, PasswordCheck::Right { is_outdated: false });
    for wrong in ["", "correct hors", "Correct horse", "correct horse "] {
        assert_eq!(check(wrong).await, PasswordCheck::Wrong, "{wrong}");
    }
    assert_ne!(passwords.hash(&secret("correct horse")).await.unwrap(), hash);
}

#[tokio::test]
async fn a_hash_of_php_is_understood_and_outdated() {
    let (passwords, hash) = (Passwords::default(), by_php());
    assert!(hash.starts_with("$2y$"));
    let right = passwords.check(&secret("correct horse"), Some(&hash)).await;
    assert_eq!(right, Ok(PasswordCheck::Right { is_outdated: true }));
    assert_eq!(passwords.check(&secret("correct hors"), Some(&hash)).await, Ok(PasswordCheck::Wrong));
}

#[tokio::test]
async fn without_a_hash_every_password_is_wrong_and_with_a_broken_one_that_is_our_fault() {
    let passwords = Passwords::default();
    assert_eq!(passwords.check(&secret(""), None).await, Ok(PasswordCheck::Wrong));
    for broken in ["", "correct horse", "$argon2id$", "$2y$04$"] {
        let checked = passwords.check(&secret("correct horse"), Some(broken)).await;
        assert_eq!(checked, Err(PasswordError::Fault), "{broken}");
    }
}

#[tokio::test]
async fn a_password_that_finds_no_turn_is_neither_right_nor_wrong() {
    let passwords = Passwords(Bulkhead::new(0, 0, PATIENCE));
    assert_eq!(passwords.check(&secret("a"), None).await, Err(PasswordError::Busy));
}
