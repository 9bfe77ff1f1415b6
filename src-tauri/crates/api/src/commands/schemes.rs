//! Schemes of the person's own: kept, being made, tried on what was captured, looked for.

use hookbench_engine::model::{RequestId, Sequence};
use hookbench_engine::provider::SchemeForm;
use hookbench_engine::secrets::SecretString;
use hookbench_engine::{Engine, OwnScheme, SchemeFault, SchemeReading, TrialSecrets};
use hookbench_signature::{Scheme, Secret};

use super::diagnosis::done;
use super::signature;
use crate::error::ApiError;
use crate::types::{
    AdoptScheme, Done, DraftScheme, FindScheme, FoundScheme, FoundSchemes, Nothing, OwnSchemeRef,
    OwnSchemeView, ReadScheme, RemedyApplied, RequestRef, SaveOwnScheme, SchemeFaultView, SchemeFormView,
    SchemeReadingView, SearchRef, SearchView, TrialSecret, TriedOnView, TriedOther, TriedView, TryScheme,
    TrySchemeOn,
};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<OwnSchemeView>, ApiError> {
    Ok(engine.own_schemes().await?.into_iter().map(view).collect())
}

pub(super) async fn save(engine: &Engine, arguments: SaveOwnScheme) -> Result<OwnSchemeView, ApiError> {
    let kept = engine
        .save_own_scheme(&arguments.toml, arguments.replaces.as_deref())
        .await?;
    Ok(view(kept))
}

pub(super) async fn remove(engine: &Engine, arguments: OwnSchemeRef) -> Result<RemedyApplied, ApiError> {
    Ok(done(engine.drop_own_scheme(&arguments.id).await?))
}

pub(super) async fn draft(engine: &Engine, arguments: DraftScheme) -> Result<SchemeReadingView, ApiError> {
    let toml = match arguments {
        DraftScheme::Nothing => engine.blank_scheme().await?,
        DraftScheme::Provider { id } => engine.copy_of_provider(&id).await?,
        DraftScheme::Request { id } => engine.scheme_like(id.parse()?).await?,
    };
    Ok(reading(engine.read_scheme(&toml)?))
}

pub(super) async fn read(engine: &Engine, arguments: ReadScheme) -> Result<SchemeReadingView, ApiError> {
    let ReadScheme { toml, form } = arguments;
    Ok(reading(match form {
        Some(form) => engine.write_scheme(&toml, &form_of(form))?,
        None => engine.read_scheme(&toml)?,
    }))
}

pub(super) async fn places(engine: &Engine, arguments: RequestRef) -> Result<Vec<String>, ApiError> {
    Ok(engine.places_of(arguments.id.parse()?).await?)
}

pub(super) async fn try_on_one(engine: &Engine, arguments: TryScheme) -> Result<TriedView, ApiError> {
    let tried = engine
        .try_scheme(
            &arguments.toml,
            arguments.request.parse()?,
            secrets(arguments.secret)?,
        )
        .await?;
    Ok(TriedView {
        signature: signature::view(None, tried.report, tried.verdict_now, engine.now()),
        event: tried.event,
        delivery_id: tried.delivery_key,
        recognised: tried.recognised,
    })
}

pub(super) async fn try_on_many(engine: &Engine, arguments: TrySchemeOn) -> Result<TriedOnView, ApiError> {
    let tried = engine
        .try_scheme_on(
            &arguments.toml,
            arguments.request.parse()?,
            secrets(arguments.secret)?,
            arguments.from.map(Sequence),
        )
        .await?;
    Ok(TriedOnView {
        valid: count(tried.valid),
        of: count(tried.of),
        others: tried
            .others
            .into_iter()
            .map(|(id, verdict)| TriedOther {
                id: id.to_string(),
                verdict: verdict.as_str().to_owned(),
            })
            .collect(),
        looked: count(tried.looked),
        next: tried.next.map(|sequence| sequence.0),
    })
}

pub(super) async fn find(engine: &Engine, arguments: FindScheme) -> Result<FoundSchemes, ApiError> {
    let id: RequestId = arguments.id.parse()?;
    let search = engine.begin_search(&arguments.ticket);
    let searching = search.searching();
    let wanted = vec![Secret::new("the secret", arguments.secret)];
    let mut schemes = Vec::new();
    for found in engine.discover_for(id, wanted, search.searching()).await? {
        schemes.push(FoundScheme {
            toml: engine.scheme_file(id, &found).await?,
            title: found.title,
            confirmed: count(found.confirmed),
            of: count(found.of),
        });
    }
    Ok(FoundSchemes {
        schemes,
        stopped: searching.is_stopped(),
        steps: searching.steps(),
    })
}

pub(super) async fn search(engine: &Engine, arguments: SearchRef) -> Result<SearchView, ApiError> {
    let search = engine.search(&arguments.ticket);
    Ok(SearchView {
        under_way: search.is_some(),
        steps: search.map_or(0, |search| search.steps()),
    })
}

pub(super) async fn stop_search(engine: &Engine, arguments: SearchRef) -> Result<Done, ApiError> {
    let search = engine.search(&arguments.ticket);
    if let Some(search) = &search {
        search.stop();
    }
    Ok(Done {
        done: search.is_some(),
    })
}

pub(super) async fn adopt(engine: &Engine, arguments: AdoptScheme) -> Result<RemedyApplied, ApiError> {
    let secret = arguments.secret.map(SecretString::from);
    let applied = engine
        .adopt_scheme(
            arguments.id.parse()?,
            &arguments.toml,
            arguments.replaces.as_deref(),
            secret,
        )
        .await?;
    Ok(done(applied))
}

fn secrets(chosen: TrialSecret) -> Result<TrialSecrets, ApiError> {
    Ok(match chosen {
        TrialSecret::OfEndpoint => TrialSecrets::OfEndpoint,
        TrialSecret::Typed { value } => TrialSecrets::Typed(Secret::new("the typed secret", value)),
        TrialSecret::Stored { id } => TrialSecrets::Stored(id.parse()?),
    })
}

fn view(own: OwnScheme) -> OwnSchemeView {
    let provider = own.provider.as_ref();
    OwnSchemeView {
        name: provider.map_or_else(|| own.id.clone(), |provider| provider.name.clone()),
        words: provider.map(|provider| {
            let scheme = provider.scheme.as_ref();
            scheme.map_or_else(|| "no signature".to_owned(), Scheme::in_words)
        }),
        id: own.id,
        fault: own.fault,
        used_by: own.used_by,
        toml: own.toml,
    }
}

fn reading(reading: SchemeReading) -> SchemeReadingView {
    SchemeReadingView {
        toml: reading.toml,
        form: reading.form.map(form_view),
        fault: reading.fault.map(fault),
    }
}

fn fault(fault: SchemeFault) -> SchemeFaultView {
    SchemeFaultView {
        field: fault.field.map(str::to_owned),
        line: fault.line.map(count),
        column: fault.column.map(count),
        message: fault.message,
        hint: fault.hint,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The same fields on both sides of the boundary, converted one by one.
macro_rules! same_fields {
    ($from:ident as $into:ident { $($field:ident),* $(,)? }) => {
        $into { $($field: $from.$field),* }
    };
}

fn form_view(form: SchemeForm) -> SchemeFormView {
    same_fields!(form as SchemeFormView {
        id, name, note, docs, places, prefix, separator, assign, key, position, trim, algorithm, encoding, content,
        decode, strip, secret_hash, key_source, jwt_algorithms, digest, digest_hash, digest_encoding, timestamp,
        unit, past, future, signed_id, detect, event, delivery_id, beyond,
    })
}

fn form_of(form: SchemeFormView) -> SchemeForm {
    same_fields!(form as SchemeForm {
        id, name, note, docs, places, prefix, separator, assign, key, position, trim, algorithm, encoding, content,
        decode, strip, secret_hash, key_source, jwt_algorithms, digest, digest_hash, digest_encoding, timestamp,
        unit, past, future, signed_id, detect, event, delivery_id, beyond,
    })
}
