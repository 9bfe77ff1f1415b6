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
    "acuity", "adobe-io", "adyen", "adyen-platforms", "airtable", "asana", "attio", "auth0",
    "authorize-net", "aws-sns", "azure-devops", "azure-event-grid", "bigcommerce", "bitbucket", "box",
    "braintree", "brex", "buildkite", "cal-com", "calendly", "chargebee", "chatwoot", "checkout-com",
    "circleci", "clerk", "close", "cloudevents", "cloudflare", "coinbase-commerce", "contentful", "crisp",
    "customerio", "datadog", "discord", "docusign", "dropbox", "dropbox-sign", "dwolla", "elevenlabs",
    "fastly", "fastspring", "figma", "forgejo", "freshdesk", "front", "github", "gitlab",
    "gitlab-signing-token", "gocardless", "google-calendar", "google-pubsub", "gorgias", "gumroad",
    "helpscout", "heroku", "hubspot", "huggingface", "intercom", "intuit", "jira", "jotform", "klarna",
    "klaviyo", "lemonsqueezy", "line", "linear", "livekit", "loops", "mailchimp", "mailgun", "mandrill",
    "meta", "microsoft-graph", "microsoft-teams", "modern-treasury", "mollie", "mollie-nextgen", "monday",
    "mux", "netlify", "notion", "nylas", "okta", "openai", "paddle", "paddle-classic", "pagerduty",
    "pandadoc", "patreon", "paypal", "persona", "pipedrive", "plaid", "plivo", "polar", "postmark",
    "ramp", "razorpay", "recall-ai", "recurly", "render", "replicate", "resend", "revenuecat",
    "salesforce", "sanity", "segment", "sendgrid", "sentry", "shopify", "slack", "snyk", "square",
    "standardwebhooks", "strava", "stripe", "supabase-db", "svix", "tally", "telegram", "telnyx",
    "tiktok", "tracktik", "trackunit", "trakrf", "trello", "trutac", "twilio", "twilio-sharedkey",
    "twitch", "typeform", "vercel", "vonage", "webex", "webflow", "wise", "woocommerce", "workos", "x",
    "xero", "zendesk", "zoom",
];
