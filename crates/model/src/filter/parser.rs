//! From tokens to the tree: the grammar of AIP-160, without functions and bare literals. What a restriction means is
//! left to `typing`.

use super::lexer::{self, Spanned, Token};
use super::{Expr, FilterError, MAX_DEPTH, MAX_TERMS, Schema, typing};

/// Reads a whole filter.
pub(super) fn parse(text: &str, schema: &Schema) -> Result<Expr, FilterError> {
    let mut tokens = lexer::tokens(text)?;
    // A stack with the first token on top: taking one is then moving it out.
    tokens.reverse();
    let mut parser = Parser { text, schema, tokens, depth: 0, terms: 0 };
    if parser.peek() == &Token::End {
        return Ok(Expr::And(Vec::new()));
    }
    let expr = parser.expression()?;
    match parser.take() {
        (_, Token::End) => Ok(expr),
        (at, _) => Err(lexer::error(text, at, "expected AND, OR, another restriction or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    schema: &'a Schema,
    tokens: Vec<Spanned>,
    depth: usize,
    terms: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.last().map_or(&Token::End, |(_, token)| token)
    }

    fn take(&mut self) -> Spanned {
        self.tokens.pop().unwrap_or((self.text.len(), Token::End))
    }

    /// Factors joined by `AND` or by nothing.
    fn expression(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.factor()?];
        loop {
            match self.peek() {
                Token::And => {
                    self.take();
                }
                Token::Path { .. } | Token::Not | Token::Open => {}
                _ => return Ok(Expr::all(parts)),
            }
            parts.push(self.factor()?);
        }
    }

    /// Terms joined by `OR`.
    fn factor(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.term()?];
        while self.peek() == &Token::Or {
            self.take();
            parts.push(self.term()?);
        }
        Ok(Expr::any(parts))
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        if self.peek() == &Token::Not {
            self.take();
            return Ok(Expr::Not(Box::new(self.simple()?)));
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<Expr, FilterError> {
        match self.take() {
            (at, Token::Open) => self.group(at),
            (at, Token::Path { name, key }) => self.restriction(at, &name, key),
            (at, _) => {
                let reason = format!("expected a field or a parenthesis; fields: {}", typing::fields(self.schema));
                Err(self.error(at, reason))
            }
        }
    }

    fn group(&mut self, at: usize) -> Result<Expr, FilterError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(at, format!("parentheses may be nested {MAX_DEPTH} deep at most")));
        }
        self.depth += 1;
        let inner = self.expression()?;
        self.depth -= 1;
        match self.take() {
            (_, Token::Close) => Ok(inner),
            (at, _) => Err(self.error(at, "expected AND, OR, another restriction or a closing parenthesis")),
        }
    }

    fn restriction(&mut self, at: usize, name: &str, key: Option<String>) -> Result<Expr, FilterError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(self.error(at, format!("at most {MAX_TERMS} restrictions are allowed")));
        }
        let field = typing::resolve(self.schema, name, key).map_err(|reason| self.error(at, reason))?;
        let op = match self.take() {
            (at, Token::Op(op)) => typing::operator(&field, op).map_err(|reason| self.error(at, reason))?,
            (at, _) => return Err(self.error(at, format!("expected an operator; {}", typing::operators(&field)))),
        };
        match self.take() {
            (at, Token::Value { text, quoted }) => {
                typing::term(field, op, text, quoted).map(Expr::Term).map_err(|reason| self.error(at, reason))
            }
            (at, _) => Err(self.error(at, format!("expected a value; {}", typing::values(&field)))),
        }
    }

    fn error(&self, at: usize, reason: impl Into<String>) -> FilterError {
        lexer::error(self.text, at, reason)
    }
}
