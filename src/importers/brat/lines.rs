//! One line of an annotation file.

use crate::domain::TextSpan;

/// A span of more stretches is no person's work.
const MAX_STRETCHES: usize = 64;

/// One record. Ids keep their first letter, which says what they name.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    Span(Span<'a>),
    Event {
        id: &'a str,
        trigger: &'a str,
        n_arguments: usize,
    },
    Attribute {
        name: &'a str,
        target: &'a str,
        /// `None` for one that is only ticked.
        value: Option<&'a str>,
    },
    Normalisation {
        target: &'a str,
        base: &'a str,
        entry: &'a str,
    },
    Relation,
    Equivalence,
    Note,
}

/// A span of one or more stretches.
#[derive(Debug, PartialEq)]
pub(super) struct Span<'a> {
    pub id: &'a str,
    pub label: &'a str,
    pub stretches: Vec<TextSpan>,
    /// What the record says that stands there.
    pub quoted: Option<&'a str>,
}

/// Reads a line, or says why not.
pub(super) fn line(text: &str) -> Result<Line<'_>, &'static str> {
    let text = text.trim_end_matches('\r');
    let mut fields = text.splitn(3, '\t');
    let id = fields.next().unwrap_or_default();
    let body = fields.next().ok_or("has no tab behind its id")?;
    let rest = fields.next();
    let Some(kind) = id.chars().next() else {
        return Err("has no id before its first tab");
    };
    let is_numbered = id.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if !is_numbered && id != "*" {
        return Err("begins with no id such as `T1`");
    }
    match kind {
        'T' => span(id, body, rest).map(Line::Span),
        'E' => event(id, body),
        'A' | 'M' => attribute(body),
        'N' => normalisation(body),
        'R' => Ok(Line::Relation),
        '*' => Ok(Line::Equivalence),
        '#' => Ok(Line::Note),
        _ => Err("begins with an id of no known kind; T, E, A, M, N, R, * and # are known"),
    }
}

fn span<'a>(id: &'a str, body: &'a str, quoted: Option<&'a str>) -> Result<Span<'a>, &'static str> {
    let (label, offsets) = body
        .split_once(' ')
        .filter(|(label, _)| !label.is_empty())
        .ok_or("is a span without a label and offsets")?;
    if offsets.split(';').take(MAX_STRETCHES + 1).count() > MAX_STRETCHES {
        return Err("is a span of more than 64 stretches");
    }
    let stretches: Option<Vec<TextSpan>> = offsets
        .split(';')
        .map(|stretch| {
            let (start, end) = stretch.trim().split_once(' ')?;
            Some(TextSpan {
                start: start.parse().ok()?,
                end: end.parse().ok()?,
            })
        })
        .collect();
    Ok(Span {
        id,
        label,
        stretches: stretches.ok_or("is a span whose offsets are no pairs of whole numbers")?,
        quoted: quoted.filter(|text| !text.trim().is_empty()),
    })
}

fn event<'a>(id: &'a str, body: &'a str) -> Result<Line<'a>, &'static str> {
    let mut fields = body.split(' ').filter(|field| !field.is_empty());
    let (_, trigger) = fields
        .next()
        .and_then(|field| field.split_once(':'))
        .filter(|(_, trigger)| trigger.starts_with('T'))
        .ok_or("is an event without a trigger such as `Label:T1`")?;
    Ok(Line::Event {
        id,
        trigger,
        n_arguments: fields.count(),
    })
}

fn attribute(body: &str) -> Result<Line<'_>, &'static str> {
    let mut fields = body.splitn(3, ' ').map(str::trim);
    let (Some(name), Some(target)) = (
        fields.next().filter(|name| !name.is_empty()),
        fields.next().filter(|target| !target.is_empty()),
    ) else {
        return Err("is an attribute without a name and the id that it belongs to");
    };
    Ok(Line::Attribute {
        name,
        target,
        value: fields.next().filter(|value| !value.is_empty()),
    })
}

fn normalisation(body: &str) -> Result<Line<'_>, &'static str> {
    let mut fields = body.splitn(3, ' ').skip(1).map(str::trim);
    let target = fields.next().filter(|target| !target.is_empty());
    let entry = fields.next().and_then(|field| field.split_once(':'));
    match (target, entry) {
        (Some(target), Some((base, entry))) if !base.is_empty() && !entry.is_empty() => {
            Ok(Line::Normalisation {
                target,
                base,
                entry,
            })
        }
        _ => Err("is a normalisation without the id that it belongs to and an entry `Base:id`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_record_is_told_from_its_id() {
        let span = line("T12\tDrug 0 4;9 12\tacet min\r");
        let Ok(Line::Span(span)) = span else {
            panic!("{span:?}");
        };
        assert_eq!((span.id, span.label), ("T12", "Drug"));
        let stretch = |start, end| TextSpan { start, end };
        assert_eq!(span.stretches, [stretch(0, 4), stretch(9, 12)]);
        assert_eq!(span.quoted, Some("acet min"));
        let event = Line::Event {
            id: "E1",
            trigger: "T3",
            n_arguments: 2,
        };
        assert_eq!(line("E1\tGive:T3 Theme:T1 Site:T2 "), Ok(event));
        let ticked = Line::Attribute {
            name: "Negation",
            target: "E1",
            value: None,
        };
        assert_eq!(line("M1\tNegation E1"), Ok(ticked));
        let entry = Line::Normalisation {
            target: "T1",
            base: "UMLS",
            entry: "C1:2",
        };
        assert_eq!(line("N1\tReference T1 UMLS:C1:2\tdrug"), Ok(entry));
        assert_eq!(line("R1\tPart Arg1:T1 Arg2:T2\t"), Ok(Line::Relation));
        assert_eq!(line("*\tEquiv T1 T2"), Ok(Line::Equivalence));
        assert_eq!(line("#1\tAnnotatorNotes T1\tsee above"), Ok(Line::Note));
    }

    #[test]
    fn what_is_no_record_is_said_without_quoting_it() {
        for (given, said) in [
            ("Jane Doe", "no tab"),
            ("Jane\tDoe", "no id such as"),
            ("X1\tDoe", "no known kind"),
            ("T1\tDrug", "without a label"),
            ("T1\tDrug 0 x\td", "no pairs"),
            ("T1\tDrug -1 4\td", "no pairs"),
            ("E1\tGive", "without a trigger"),
            ("A1\tNegation", "without a name"),
            ("N1\tReference T1 UMLS\td", "`Base:id`"),
        ] {
            let fault = line(given).expect_err(given);
            assert!(fault.contains(said), "{given}: {fault}");
        }
    }
}
