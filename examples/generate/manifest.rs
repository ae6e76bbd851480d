//! The list of imports that `concord demo` walks.

use std::fmt::Write as _;

pub struct Manifest(String);

impl Manifest {
    pub fn new() -> Self {
        Self(
            "# Everything that `concord demo` imports, in this order, with the options that the exports themselves\n\
             # lack. Paths are relative to this file. Written by the generator; see README.md.\n\
             protocol = \"protocol.toml\"\npolicy = \"policy.toml\"\n\
             # Pictures behind the outlines: ITEM.png. A volume's picture is a strip of its slices, first on top.\n\
             images = \"images\"\n"
                .to_owned(),
        )
    }

    pub fn import(&mut self, path: &str, options: &[(&str, &str)]) {
        let _ = write!(self.0, "\n[[import]]\npath = \"{path}\"\n");
        for (key, value) in options {
            let _ = writeln!(self.0, "{key} = \"{value}\"");
        }
    }

    pub fn import_with_sidecar(&mut self, path: &str, options: &[(&str, &str)], sidecar: &str) {
        self.import(path, options);
        let _ = writeln!(self.0, "sidecar = \"{sidecar}\"");
    }

    pub fn finish(self) -> String {
        self.0
    }
}
