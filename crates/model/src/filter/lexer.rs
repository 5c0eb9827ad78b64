//! From the text of a filter to tokens. Knows characters and quotes, and no schema.

use super::{FilterError, MAX_BYTES, Op};

/// A token and the byte it starts at.
pub(super) type Spanned = (usize, Token);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A field, perhaps with a quoted key: `labels.region`, `labels."any key"`.
    Path {
        name: String,
        key: Option<String>,
    },
    Op(Op),
    /// What follows an operator.
    Value {
        text: String,
        quoted: bool,
    },
    And,
    Or,
    Not,
    Open,
    Close,
    End,
}

/// All tokens of `text`, `End` last.
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned>, FilterError> {
    if text.len() > MAX_BYTES {
        return Err(error(text, 0, format!("the filter has {} bytes, at most {MAX_BYTES} are allowed", text.len())));
    }
    // No database stores it in text, and PostgreSQL refuses the whole query over it.
    if let Some(at) = text.find('\0') {
        return Err(error(text, at, "the character U+0000 is not allowed"));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        // Only the place of a word tells a time such as 12:00:00 from a field, a colon and a key.
        let after_operator = matches!(tokens.last(), Some((_, Token::Op(_))));
        let token = lexer.next(after_operator)?;
        let done = token.1 == Token::End;
        tokens.push(token);
        if done {
            return Ok(tokens);
        }
    }
}

/// An error at a byte of the text, told as the character that people count.
pub(super) fn error(text: &str, at: usize, reason: impl Into<String>) -> FilterError {
    let before = text.get(..at).unwrap_or(text);
    FilterError { position: before.chars().count() + 1, reason: reason.into() }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self, value_wanted: bool) -> Result<Spanned, FilterError> {
        self.word(char::is_whitespace);
        let start = self.at;
        let Some(first) = self.peek() else { return Ok((start, Token::End)) };
        let token = match first {
            '(' => self.skip(1, Token::Open),
            ')' => self.skip(1, Token::Close),
            '"' | '\'' if value_wanted => Token::Value { text: self.quoted(first)?, quoted: true },
            _ if value_wanted && is_bare(first) => bare_value(self.word(is_bare)),
            '-' => self.skip(1, Token::Not),
            _ if is_path_start(first) => self.path()?,
            _ => self.operator()?,
        };
        Ok((start, token))
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize, token: Token) -> Token {
        self.at += bytes;
        token
    }

    fn word(&mut self, belongs: fn(char) -> bool) -> String {
        let rest = self.rest();
        let word = rest.find(|c| !belongs(c)).and_then(|end| rest.get(..end)).unwrap_or(rest).to_owned();
        self.at += word.len();
        word
    }

    fn path(&mut self) -> Result<Token, FilterError> {
        let word = self.word(is_path);
        match (self.peek(), word.strip_suffix('.')) {
            (Some(quote @ ('"' | '\'')), Some(name)) => {
                Ok(Token::Path { name: name.to_owned(), key: Some(self.quoted(quote)?) })
            }
            _ => Ok(keyword(&word).unwrap_or(Token::Path { name: word, key: None })),
        }
    }

    fn operator(&mut self) -> Result<Token, FilterError> {
        // The longer ones first, for the shorter are their beginnings.
        const WRITTEN: [Op; 7] = [Op::Le, Op::Ge, Op::Ne, Op::Lt, Op::Gt, Op::Eq, Op::Has];
        match WRITTEN.into_iter().find(|op| self.rest().starts_with(op.sign())) {
            Some(op) => Ok(self.skip(op.sign().len(), Token::Op(op))),
            None => Err(self.error("expected a field, an operator (= != < <= > >= :), AND, OR, NOT or a parenthesis")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, FilterError> {
        let start = self.at;
        self.at += quote.len_utf8();
        let mut content = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                _ if c == quote => return Ok(content),
                '\\' => content.push(self.escaped()?),
                _ => content.push(c),
            }
        }
        Err(error(self.text, start, "this quote is never closed"))
    }

    fn escaped(&mut self) -> Result<char, FilterError> {
        let meant = match self.peek() {
            Some(c @ ('"' | '\'' | '\\')) => c,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            _ => return Err(self.error(r#"a backslash stands only before " ' \ n r t"#)),
        };
        self.at += 1;
        Ok(meant)
    }

    fn error(&self, reason: &str) -> FilterError {
        error(self.text, self.at, reason)
    }
}

fn bare_value(text: String) -> Token {
    keyword(&text).unwrap_or(Token::Value { text, quoted: false })
}

fn keyword(word: &str) -> Option<Token> {
    match word {
        "AND" => Some(Token::And),
        "OR" => Some(Token::Or),
        "NOT" => Some(Token::Not),
        _ => None,
    }
}

fn is_path_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether a value may hold this without quotes.
fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '(' | ')' | '"' | '\'' | '=' | '!' | '<' | '>' | ',')
}
