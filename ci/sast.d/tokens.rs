fn bad(token: &str, header: Header, given: &SecretString, expected: &str) {
    // ruleid: token-algorithm-not-pinned
    let mut validation = Validation::new(header.alg);
    // ruleid: token-algorithm-not-pinned
    let mut validation = Validation::default();
    // ruleid: token-algorithm-not-pinned
    validation.algorithms = vec![header.alg];
    // ruleid: token-not-validated
    validation.insecure_disable_signature_validation();
    // ruleid: token-not-validated
    validation.validate_exp = false;
    // ruleid: token-not-validated
    let claims = jsonwebtoken::dangerous::insecure_decode::<Claims>(token);
    // ruleid: secret-compared-by-equals
    if given.expose_secret() == expected {}
    // ruleid: secret-compared-by-equals
    if csrf_token != expected_token {}
    // ruleid: weak-digest
    let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
}

fn good(token: &str, given: &SecretString, expected: &Digest) {
    // ok: token-algorithm-not-pinned
    let mut validation = Validation::new(Algorithm::EdDSA);
    // ok: token-not-validated
    validation.leeway = 0;
    // ok: weak-digest
    let given = digest(&SHA256, given.expose_secret().as_bytes());
    // ok: secret-compared-by-equals
    verify_slices_are_equal(expected.as_ref(), given.as_ref());
    // ok: secret-compared-by-equals
    if given.expose_secret().len() <= 1000 {}
}

mod tests {
    fn read() {
        // ok: secret-compared-by-equals
        assert!(secret.expose_secret() == "s3cret");
    }
}
