//! The provider files that come with the program, in the order of their ids.
//!
//! A list by hand, so that a new file is in the program as soon as it stands here; a test compares it with the folder.

macro_rules! files {
    ($($id:literal),+ $(,)?) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../../providers/", $id, ".toml")))),+]
    };
}

/// Name and text of each file.
pub(super) const FILES: &[(&str, &str)] = files![
    "adobe-io", "adyen", "adyen-platforms", "asana", "aws-sns", "azure-event-grid", "bigcommerce", "box",
    "braintree", "cal-com", "circleci", "clerk", "cloudevents", "coinbase-commerce", "contentful",
    "discord", "figma", "github", "gitlab", "gitlab-signing-token", "gocardless", "gumroad", "hubspot",
    "intuit", "klarna", "line", "linear", "mailgun", "microsoft-graph", "monday", "mux", "notion", "okta",
    "openai", "paddle", "pagerduty", "paypal", "polar", "razorpay", "resend", "sanity", "sendgrid",
    "shopify", "slack", "square", "standardwebhooks", "stripe", "svix", "tracktik", "trackunit", "trakrf",
    "trutac", "twilio", "twilio-sharedkey", "woocommerce", "workos", "x", "zoom",
];
