//! Names for people whom an export knows by their e-mail address alone.

use std::collections::HashMap;

/// Shortens addresses to what stands before the `@`, so that no address is kept.
///
/// Two people of different domains never become one: the second is told apart by a number, in the order of the upload.
#[derive(Default)]
pub(super) struct People {
    /// Which addresses share a short name.
    known: HashMap<String, Vec<String>>,
}

impl People {
    /// The short name for an address or user name.
    pub fn name(&mut self, address: &str) -> String {
        let address = address.trim().to_lowercase();
        let short = address.split('@').next().unwrap_or_default().to_owned();
        let same = self.known.entry(short.clone()).or_default();
        let at = same
            .iter()
            .position(|known| *known == address)
            .unwrap_or_else(|| {
                same.push(address);
                same.len() - 1
            });
        if at == 0 {
            short
        } else {
            format!("{short}~{}", at + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::People;

    #[test]
    fn addresses_are_shortened_and_never_merged() {
        let mut people = People::default();
        let given = ["Ann@a.org", "ann@b.org", "ann@a.org", "u_7", "ann@b.org"];
        let named: Vec<String> = given.iter().map(|address| people.name(address)).collect();
        assert_eq!(named, ["ann", "ann~2", "ann", "u_7", "ann~2"]);
    }
}
