//! XML as a stream of tags and texts, under limits. Entities are never expanded; a document type is refused.

use super::{ImportError, Limits, UploadFile};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// Tags within one record; far more than any tool writes.
const MAX_NODES: usize = 1_000_000;

/// An opening tag. A fault in its attributes is a fault of the record, not of the file.
#[derive(Debug, Default)]
pub(super) struct Tag {
    pub name: String,
    attributes: Vec<(String, String)>,
    fault: Option<String>,
}

impl Tag {
    /// An attribute's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The name of the attribute that is written first.
    pub fn first_attribute(&self) -> Option<&str> {
        self.attributes.first().map(|(name, _)| name.as_str())
    }

    /// What is wrong with the attributes, if anything.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }
}

/// A tag with all that it holds.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub tag: Tag,
    /// The text directly in the tag.
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    pub fn name(&self) -> &str {
        &self.tag.name
    }

    /// Children of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.name() == name)
    }

    /// The first descendant along a path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| {
            node.children.iter().find(|child| child.name() == *name)
        })
    }

    /// The text at a path, unless it is missing or blank.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)
            .map(|node| node.text.trim())
            .filter(|text| !text.is_empty())
    }
}

/// What comes next in the file.
#[derive(Debug)]
pub(super) enum Piece {
    Open(Tag),
    Close,
    Text(String),
    End,
}

/// An XML file, read from its start.
pub(super) struct XmlReader<'a> {
    file: &'a str,
    reader: Reader<Capped<BufReader<File>>>,
    buffer: Vec<u8>,
    depth: usize,
    max_depth: usize,
    doctype: Option<&'static str>,
}

impl<'a> XmlReader<'a> {
    pub fn open(file: &'a UploadFile, limits: &Limits) -> Result<Self, ImportError> {
        let mut reader = Reader::from_reader(Capped {
            inner: file.open()?,
            left: limits.max_token_bytes,
            max: limits.max_token_bytes,
        });
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            file: file.path(),
            reader,
            buffer: Vec::new(),
            depth: 0,
            max_depth: limits.max_depth,
            doctype: None,
        })
    }

    /// Bears a document type of this bare name, which declares no entities.
    pub fn bears_doctype(mut self, name: &'static str) -> Self {
        self.doctype = Some(name);
        self
    }

    /// The next piece; comments and processing instructions are passed over.
    pub fn next(&mut self) -> Result<Piece, ImportError> {
        loop {
            self.buffer.clear();
            let capped = self.reader.get_mut();
            capped.left = capped.max;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    let position = self.reader.error_position();
                    return Err(broken(self.file, &error, position));
                }
            };
            return Ok(match event {
                Event::Start(start) => {
                    let tag = tag(&start);
                    self.depth += 1;
                    if self.depth > self.max_depth {
                        return Err(ImportError::Limit {
                            file: self.file.to_owned(),
                            detail: "tags are nested too deeply".to_owned(),
                            limit: format!("{} levels", self.max_depth),
                        });
                    }
                    Piece::Open(tag)
                }
                // Empty tags come as an opening and a closing one.
                Event::Empty(_) => continue,
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::Close
                }
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(name) => match resolved(&name) {
                    Some(text) => Piece::Text(text),
                    None => {
                        return Err(ImportError::container(
                            self.file,
                            "uses an entity of its own; entities are not expanded: export it again without",
                        ));
                    }
                },
                Event::DocType(text)
                    if self
                        .doctype
                        .is_some_and(|name| text.xml10_content().trim() == name) =>
                {
                    continue;
                }
                Event::DocType(_) => {
                    return Err(ImportError::container(
                        self.file,
                        "declares a document type, which is refused: entities are not expanded; remove the `<!DOCTYPE …>` or export it again",
                    ));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(ImportError::container(
                        self.file,
                        "the XML ends within its tags: the file is cut short; export it again",
                    ));
                }
                Event::Eof => Piece::End,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            });
        }
    }

    /// Whether the root of a file has this name. A document type is refused when the file is read, not here.
    pub fn has_root(file: &UploadFile, limits: &Limits, name: &str) -> bool {
        let head = file.head_text();
        if !head.starts_with('<') {
            return false;
        }
        if head.contains("<!DOCTYPE") {
            return head.contains(&format!("<{name}"));
        }
        let Ok(mut xml) = XmlReader::open(file, limits) else {
            return false;
        };
        loop {
            match xml.next() {
                Ok(Piece::Text(_)) => {}
                Ok(Piece::Open(tag)) => return tag.name == name,
                _ => return false,
            }
        }
    }

    /// The root, which must have this name.
    pub fn root(&mut self, name: &str) -> Result<Tag, ImportError> {
        loop {
            match self.next()? {
                Piece::Open(tag) if tag.name == name => return Ok(tag),
                Piece::Text(_) => {}
                _ => {
                    let detail = format!("the root is not `<{name}>`");
                    return Err(ImportError::container(self.file, detail));
                }
            }
        }
    }

    /// Makes sure that nothing but white space follows the root.
    pub fn finish(mut self) -> Result<(), ImportError> {
        loop {
            match self.next()? {
                Piece::End => return Ok(()),
                Piece::Text(text) if text.trim().is_empty() => {}
                _ => {
                    return Err(ImportError::container(
                        self.file,
                        "goes on behind the end of its root",
                    ));
                }
            }
        }
    }

    /// The next opening tag within the tag at hand, or `None` at its end.
    pub fn next_child(&mut self) -> Result<Option<Tag>, ImportError> {
        loop {
            match self.next()? {
                Piece::Open(tag) => return Ok(Some(tag)),
                Piece::Close | Piece::End => return Ok(None),
                Piece::Text(_) => {}
            }
        }
    }

    /// All that the tag just opened holds.
    pub fn subtree(&mut self, tag: Tag) -> Result<Node, ImportError> {
        let mut n_left = MAX_NODES;
        self.fill(tag, &mut n_left)
    }

    fn fill(&mut self, tag: Tag, n_left: &mut usize) -> Result<Node, ImportError> {
        *n_left = n_left.checked_sub(1).ok_or_else(|| ImportError::Limit {
            file: self.file.to_owned(),
            detail: "one record holds too many tags".to_owned(),
            limit: format!("{MAX_NODES} tags"),
        })?;
        let mut node = Node {
            tag,
            ..Node::default()
        };
        loop {
            match self.next()? {
                Piece::Open(tag) => {
                    let child = self.fill(tag, n_left)?;
                    node.children.push(child);
                }
                Piece::Text(text) => node.text.push_str(&text),
                Piece::Close | Piece::End => return Ok(node),
            }
        }
    }

    /// Passes over all that the tag just opened holds.
    pub fn skip_subtree(&mut self) -> Result<(), ImportError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Piece::Open(_) => depth += 1,
                Piece::Close => depth -= 1,
                Piece::End => break,
                Piece::Text(_) => {}
            }
        }
        Ok(())
    }
}

fn tag(start: &BytesStart) -> Tag {
    let mut tag = Tag {
        name: start.name().as_ref().to_owned(),
        ..Tag::default()
    };
    for attribute in start.attributes() {
        let Ok(attribute) = attribute else {
            tag.fault = Some("has attributes that do not read as XML".to_owned());
            break;
        };
        let name = attribute.key.as_ref().to_owned();
        match attribute.normalized_value(XmlVersion::Explicit1_0) {
            Ok(value) => tag.attributes.push((name, value.into_owned())),
            Err(_) => tag.fault = Some(format!("`{name}` holds an entity that is not known")),
        }
    }
    tag
}

fn resolved(reference: &quick_xml::events::BytesRef) -> Option<String> {
    if reference.is_char_ref() {
        return reference
            .resolve_char_ref()
            .ok()
            .flatten()
            .map(String::from);
    }
    let name = reference.xml10_content();
    resolve_predefined_entity(&name).map(str::to_owned)
}

fn broken(file: &str, error: &quick_xml::Error, position: u64) -> ImportError {
    match error {
        quick_xml::Error::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
            ImportError::Limit {
                file: file.to_owned(),
                detail: "one tag or text is too large".to_owned(),
                limit: source.to_string(),
            }
        }
        quick_xml::Error::Io(source) => {
            ImportError::io(file, io::Error::new(source.kind(), source.to_string()))
        }
        quick_xml::Error::Encoding(_) => ImportError::container(
            file,
            format!("is no UTF-8 text near byte {position}; export it as UTF-8"),
        ),
        _ => ImportError::container(
            file,
            format!("the XML is broken or cut short near byte {position}; export it again"),
        ),
    }
}

/// Refuses to hand out more than `left` bytes, so that one token cannot fill the memory.
struct Capped<R> {
    inner: R,
    left: usize,
    max: usize,
}

impl<R: BufRead> Read for Capped<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Capped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let limit = format!("{} bytes", self.max);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
        }
        let left = self.left;
        let piece = self.inner.fill_buf()?;
        Ok(&piece[..piece.len().min(left)])
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n);
        self.inner.consume(n);
    }
}
