//! The programs that parse JSON and write it again, each with the way in which it writes.

use super::number::Numbers;
use super::style::{COMPACT, Escapes, Style};

const PYTHON: Style = Style {
    comma: ", ",
    colon: ": ",
    numbers: Numbers::Python,
    ..COMPACT
};

const PYTHON_ASCII: Style = Style {
    beyond_ascii: Escapes::Lower,
    delete: true,
    ..PYTHON
};

const PHP: Style = Style {
    beyond_ascii: Escapes::Lower,
    escaped: "/",
    numbers: Numbers::Php,
    ..COMPACT
};

/// `<`, `>` and `&` escaped, so that it may stand in a page: Rails and Go.
const HTML: Style = Style {
    escaped: "<>&",
    line_separators: true,
    ..COMPACT
};

const GSON: Style = Style {
    escaped: "<>&='",
    ..HTML
};

const NEWTONSOFT: Style = Style {
    line_separators: true,
    numbers: Numbers::Newtonsoft,
    ..COMPACT
};

const DOTNET: Style = Style {
    beyond_ascii: Escapes::Upper,
    escaped: "<>&'+\"`",
    line_separators: true,
    delete: true,
    ..COMPACT
};

const fn indented(indent: &'static str, style: Style) -> Style {
    Style {
        comma: ",",
        colon: ": ",
        indent: Some(indent),
        ..style
    }
}

const fn compact(style: Style) -> Style {
    Style {
        comma: ",",
        colon: ":",
        ..style
    }
}

const fn counted(numbers: Numbers, style: Style) -> Style {
    Style { numbers, ..style }
}

/// Every writer in use, by name; most used first.
pub(super) const WRITERS: [(&str, Style); 45] = [
    ("JSON.stringify (Node)", counted(Numbers::Script, COMPACT)),
    (
        "a compact writer that keeps numbers (Jackson, Newtonsoft, Ruby)",
        COMPACT,
    ),
    ("json.dumps (Python)", PYTHON_ASCII),
    ("json.dumps with ensure_ascii=False (Python)", PYTHON),
    (
        "json.dumps with compact separators (Python)",
        compact(PYTHON_ASCII),
    ),
    (
        "json.dumps with compact separators and ensure_ascii=False (Python)",
        compact(PYTHON),
    ),
    (
        "JSON.stringify with 2 spaces (Node)",
        indented("  ", counted(Numbers::Script, COMPACT)),
    ),
    (
        "JSON.stringify with 4 spaces (Node)",
        indented("    ", counted(Numbers::Script, COMPACT)),
    ),
    (
        "JSON.stringify with a tab (Node)",
        indented("\t", counted(Numbers::Script, COMPACT)),
    ),
    ("json.dumps with indent=2 (Python)", indented("  ", PYTHON_ASCII)),
    (
        "json.dumps with indent=4 (Python)",
        indented("    ", PYTHON_ASCII),
    ),
    ("json_encode (PHP)", PHP),
    (
        "json_encode of an associative array (PHP)",
        Style {
            empty_object: "[]",
            ..PHP
        },
    ),
    (
        "json_encode with JSON_UNESCAPED_UNICODE (PHP)",
        Style {
            beyond_ascii: Escapes::None,
            line_separators: true,
            ..PHP
        },
    ),
    (
        "json_encode with JSON_UNESCAPED_SLASHES (PHP)",
        Style { escaped: "", ..PHP },
    ),
    (
        "json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE (PHP)",
        Style {
            escaped: "",
            beyond_ascii: Escapes::None,
            line_separators: true,
            ..PHP
        },
    ),
    (
        "json_encode with JSON_PRESERVE_ZERO_FRACTION (PHP)",
        counted(Numbers::PhpZeros, PHP),
    ),
    ("json_encode with JSON_PRETTY_PRINT (PHP)", indented("    ", PHP)),
    (
        "json_encode with JSON_PRETTY_PRINT and JSON_UNESCAPED_SLASHES (PHP)",
        indented("    ", Style { escaped: "", ..PHP }),
    ),
    ("JSON.generate (Ruby)", counted(Numbers::Ruby, COMPACT)),
    ("to_json (Rails) or json.Marshal of a struct (Go)", HTML),
    ("json.Marshal (Go)", counted(Numbers::Go, HTML)),
    ("to_json (Rails)", counted(Numbers::Ruby, HTML)),
    (
        "JSON.pretty_generate (Ruby)",
        indented("  ", counted(Numbers::Ruby, COMPACT)),
    ),
    ("Jackson (Java)", counted(Numbers::Java, COMPACT)),
    (
        "Jackson's DefaultPrettyPrinter (Java)",
        Style {
            colon: " : ",
            empty_object: "{ }",
            empty_array: "[ ]",
            inline_arrays: true,
            ..indented("  ", counted(Numbers::Java, COMPACT))
        },
    ),
    (
        "Jackson's DefaultPrettyPrinter, numbers kept (Java)",
        Style {
            colon: " : ",
            empty_object: "{ }",
            empty_array: "[ ]",
            inline_arrays: true,
            ..indented("  ", COMPACT)
        },
    ),
    ("Gson (Java)", GSON),
    ("Gson of a map (Java)", counted(Numbers::JavaDoubles, GSON)),
    ("Gson of doubles (Java)", counted(Numbers::Java, GSON)),
    (
        "Gson of a map with disableHtmlEscaping (Java)",
        Style {
            escaped: "",
            ..counted(Numbers::JavaDoubles, GSON)
        },
    ),
    ("Gson with setPrettyPrinting (Java)", indented("  ", GSON)),
    (
        "Gson of a map with setPrettyPrinting (Java)",
        indented("  ", counted(Numbers::JavaDoubles, GSON)),
    ),
    ("Newtonsoft.Json (.NET)", NEWTONSOFT),
    (
        "Newtonsoft.Json with Formatting.Indented (.NET)",
        indented("  ", NEWTONSOFT),
    ),
    (
        "Newtonsoft.Json with Formatting.Indented on Windows (.NET)",
        Style {
            line_end: "\r\n",
            ..indented("  ", NEWTONSOFT)
        },
    ),
    ("System.Text.Json (.NET)", DOTNET),
    (
        "System.Text.Json with WriteIndented (.NET)",
        indented("  ", DOTNET),
    ),
    (
        "System.Text.Json with WriteIndented on Windows (.NET)",
        Style {
            line_end: "\r\n",
            ..indented("  ", DOTNET)
        },
    ),
    ("a writer that indents by 2 spaces", indented("  ", COMPACT)),
    ("a writer that indents by 4 spaces", indented("    ", COMPACT)),
    ("a writer that indents by a tab", indented("\t", COMPACT)),
    (
        "json.MarshalIndent by 2 spaces (Go)",
        indented("  ", counted(Numbers::Go, HTML)),
    ),
    (
        "json.MarshalIndent by a tab (Go)",
        indented("\t", counted(Numbers::Go, HTML)),
    ),
    (
        "a writer that indents by 2 spaces with CR LF (.NET)",
        Style {
            line_end: "\r\n",
            ..indented("  ", COMPACT)
        },
    ),
];
