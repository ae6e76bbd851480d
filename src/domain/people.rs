//! Who annotates, at which stage, and what a comparison calls true.

use serde::{Deserialize, Serialize};

macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name used in files, queries and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("`{other}` is not one of {}", [$($text),+].join(", "))),
                }
            }
        }
    };
}
pub(super) use named_enum;

named_enum! {
    /// What a rater is in the programme.
    Role {
        Clinician => "clinician",
        Annotator => "annotator",
        Physician => "physician",
        /// Model output is kept apart from people.
        Model => "model",
    }
}

named_enum! {
    /// The three tiers of the programme, in the order in which work passes them.
    Stage {
        Training => "training",
        Annotation => "annotation",
        Verification => "verification",
    }
}

named_enum! {
    /// What a comparison calls true, in order of precedence (highest first).
    ReferenceKind {
        Adjudicated => "adjudicated",
        Gold => "gold",
        Verification => "verification",
        Consensus => "consensus",
    }
}
