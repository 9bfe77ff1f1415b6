//! The one declared list of commands. It produces the dispatcher, the list of names and the TypeScript types, so that
//! none of them can drift from the others.

mod archive;
mod compare;
mod conduct;
mod deliveries;
mod desktop;
mod diagnosis;
mod discards;
mod endpoints;
mod filters;
mod forwards;
mod keeping;
mod limits;
mod masking;
mod providers;
mod requests;
mod runs;
mod schemes;
mod signature;
mod status;
mod targets;
mod written;

pub(crate) use status::recheck_view;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{ApiError, Code};
use crate::presenting::Asked;
use crate::running::Running;
use crate::types::*;

/// `shell` commands can be run while the data is not open.
macro_rules! commands {
    (
        shell {$($(#[doc = $shell_doc:literal])+ $shell:ident($shell_arguments:ty) -> $shell_result:ty = $shell_run:path;)*}
        $($(#[doc = $doc:literal])+ $name:ident($arguments:ty) -> $result:ty = $run:path;)*
    ) => {
        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$(stringify!($shell),)* $(stringify!($name)),*];

        /// Runs the command called `name` with arguments and result as JSON.
        ///
        /// # Errors
        /// `bad_input` for a name or arguments that are not declared; otherwise what the command says.
        pub async fn dispatch(running: &Running, name: &str, arguments: Value) -> Result<Value, ApiError> {
            Box::pin(run(running, name, arguments)).await.map_err(ApiError::in_short)
        }

        async fn run(running: &Running, name: &str, arguments: Value) -> Result<Value, ApiError> {
            match name {
                $(stringify!($shell) => {
                    let arguments: $shell_arguments = read(name, arguments)?;
                    let result: $shell_result = Box::pin($shell_run(running, arguments)).await?;
                    return write(name, &result);
                })*
                _ => {}
            }
            let engine = &running.engine()?;
            let asked = Box::pin(Asked::of(engine, name, &arguments)).await?;
            match name {
                $(stringify!($name) => {
                    let arguments: $arguments = read(name, arguments)?;
                    let run = $run(engine, arguments);
                    Box::pin(asked.answered::<$result>(run)).await
                })*
                _ => Err(ApiError {
                    code: Code::BadInput,
                    message: format!("there is no command `{}`", name.escape_debug()),
                    hint: None,
                }),
            }
        }

        /// What each command takes and gives; exists for its TypeScript form.
        #[derive(ts_rs::TS)]
        #[expect(dead_code, reason = "only its TypeScript form is used")]
        pub(crate) struct Commands {
            $($(#[doc = $shell_doc])+ $shell: Command<$shell_arguments, $shell_result>,)*
            $($(#[doc = $doc])+ $name: Command<$arguments, $result>,)*
        }
    };
}

/// The form of one command.
#[derive(ts_rs::TS)]
#[expect(dead_code, reason = "only its TypeScript form is used")]
pub(crate) struct Command<A, R> {
    args: A,
    result: R,
}

commands! {
    shell {
        /// Opens data that could not be opened.
        start_over(StartOver) -> StartedOver = status::start_over;
        /// What the desktop under the window can do; fails in a browser.
        desktop(Nothing) -> DesktopView = desktop::state;
        /// Lets Hookbench open with the session of the person, or not.
        open_at_login(Switch) -> DesktopView = desktop::open_at_login;
        /// Lets `hookbench://` links open in this program, or not.
        open_links(Switch) -> DesktopView = desktop::open_links;
        /// Shows these menus in the menu bar, where there is one.
        set_menu(SetMenu) -> Nothing = desktop::set_menu;
        /// Opens a link that a request offers, in the browser of this machine; fails in a browser, which opens it itself.
        open_offer(OpenOffer) -> Nothing = diagnosis::open_offer;
        /// Says that the person is being asked whether to quit.
        asks_to_quit(Nothing) -> Nothing = desktop::asks;
        /// Ends the program; what is under way is broken off and kept as such.
        quit(Nothing) -> Nothing = desktop::quit;
    }
    /// How everything is: listener, store, counts, what should be known.
    status(Nothing) -> Status = status::status;
    /// Listens on another port, without a restart.
    set_port(SetPort) -> ListenerView = status::set_port;
    /// Stops listening until it is resumed or the next start, or listens again.
    pause_listening(Switch) -> ListenerView = status::pause;
    /// Tries to read again the secrets that could not be read, as after a keychain was unlocked.
    read_secrets_again(Nothing) -> Status = status::read_secrets_again;
    /// What is under way and would be broken off by quitting.
    work(Nothing) -> WorkView = desktop::work;
    /// What the person has chosen.
    settings(Nothing) -> Settings = status::settings;
    /// Keeps what the person chooses.
    save_settings(Settings) -> Settings = status::save_settings;
    /// What senders may take of this machine.
    limits(Nothing) -> Vec<LimitView> = limits::list;
    /// Sets limits; they hold for connections that are opened afterwards.
    set_limits(SetLimits) -> Vec<LimitView> = limits::set;

    /// A page of the list, newest first.
    list_requests(ListRequests) -> RequestPage = requests::list;
    /// How many requests match a filter.
    count_requests(CountRequests) -> RequestCount = requests::count;
    /// How many requests that came after another match a filter, as far as that is counted in a short time.
    count_after(CountAfter) -> CountedAfter = requests::count_after;
    /// The rows of requests, newest first; those that are gone are left out.
    request_rows(RequestRefs) -> Vec<RequestRow> = requests::rows;
    /// What a filter looks for in text, to mark it there.
    sought(SeekFilter) -> SoughtView = requests::sought;
    /// What may be typed next in the filter.
    suggest_filter(SuggestFilter) -> Vec<FilterSuggestion> = requests::suggest;
    /// The requests that repeat the same one as this one, that one and this one among them, newest first.
    repetitions(RequestRef) -> Vec<RequestRow> = requests::repetitions;
    /// One request whole, but for its bytes.
    request(RequestRef) -> RequestDetail = requests::detail;
    /// Where a filter is wrong, if it is.
    read_filter(ReadFilter) -> FilterReading = filters::read;
    /// The filters that are kept, in the person's order.
    saved_filters(Nothing) -> Vec<SavedFilterView> = filters::saved;
    /// Saves a filter, in place of one of the same name.
    save_filter(SaveFilter) -> Vec<SavedFilterView> = filters::save;
    /// Gives a saved filter another name.
    rename_filter(RenameFilter) -> Vec<SavedFilterView> = filters::rename;
    /// Puts the saved filters into an order.
    order_filters(OrderFilters) -> Vec<SavedFilterView> = filters::order;
    /// Removes a saved filter; can be undone for ten minutes.
    remove_filter(FilterRef) -> Discarded = discards::filter;
    /// Stars requests, writes a note, adds and takes away tags.
    annotate(Annotate) -> Nothing = filters::annotate;
    /// Every tag with how many requests have it.
    tags(Nothing) -> Vec<TagView> = filters::tags;
    /// How many requests match a filter, as far as that can be counted in a short time.
    count_matching(CountMatching) -> MatchCount = keeping::count;
    /// Deletes requests; can be undone for ten minutes.
    delete_requests(DeleteRequests) -> Deletion = keeping::delete;
    /// Deletes the next requests that match a filter; can be undone for ten minutes.
    delete_matching(DeleteMatching) -> Deletion = keeping::delete_matching;
    /// Brings back the next requests that a deletion took away.
    undo_deletion(UndoDeletion) -> Deletion = keeping::undo;
    /// The deletions that can still be undone, newest first.
    deletions(Nothing) -> Vec<DeletionView> = keeping::deletions;
    /// Removes for good the next requests that were deleted.
    purge_deletions(Nothing) -> Purged = keeping::purge;
    /// Removed endpoints, secrets, targets, saved filters and queues that can still be brought back, newest first.
    discards(Nothing) -> Vec<DiscardView> = discards::list;
    /// Brings back what was removed, as it was.
    bring_back(BringBack) -> BroughtBackView = discards::bring_back;
    /// Removes for good all of that, with the values of secrets.
    purge_discards(Nothing) -> Nothing = discards::purge;
    /// What is used of the disk, and what the limits will take next.
    storage(Nothing) -> StorageView = keeping::storage;
    /// Keeps history within other limits.
    set_retention(Retention) -> StorageView = keeping::set_retention;
    /// Why a signature does not hold, proved where it can be.
    diagnose(RequestRef) -> DiagnosisView = diagnosis::diagnose;
    /// Which mistake gives the value that somebody's code computed for a request.
    explain(Explain) -> DiagnosisView = diagnosis::explain;
    /// Code that verifies what a request's scheme signs, in a language of the person's own.
    write_snippet(WriteSnippet) -> SnippetView = diagnosis::snippet;
    /// Does what the diagnosis of a request offers; everything that was captured is judged again.
    apply_remedy(ApplyRemedy) -> RemedyApplied = diagnosis::apply;
    /// Takes back what was applied.
    undo_remedy(UndoRemedy) -> Nothing = diagnosis::undo;
    /// A request as a command, a program or text, for the clipboard.
    copy_request(CopyRequest) -> CopiedRequest = requests::copied;
    /// The JSON pointers to the values of bodies that are masked.
    mask_paths(Nothing) -> Vec<MaskView> = masking::list;
    /// Masks the values at one more, of one endpoint's requests or of all.
    add_mask_path(MaskRef) -> Vec<MaskView> = masking::add;
    /// Masks the values at one no longer.
    remove_mask_path(MaskRef) -> Vec<MaskView> = masking::remove;
    /// Masks what is secret in everything that is shown, or shows it again.
    present(Switch) -> Nothing = masking::present;

    /// Begins to write requests to a HAR file in the person's folder for downloads.
    begin_export(BeginExport) -> ExportView = archive::begin_export;
    /// Writes more of an export, until there is a file.
    export_next(CarryRef) -> ExportView = archive::export_next;
    /// Begins to hand over a HAR file, to import it.
    begin_import(BeginImport) -> CarryRef = archive::begin_import;
    /// Hands over the next bytes of a file.
    import_piece(ImportPiece) -> HandedOver = archive::import_piece;
    /// Takes more requests from a file that was handed over, until it is over.
    import_next(CarryRef) -> ImportView = archive::import_next;
    /// Ends an export, of which nothing is left then, or an import, of which stays what was taken.
    stop_carrying(CarryRef) -> Done = archive::stop;

    /// Stops checking signatures again; what was not reached keeps the verdict it had.
    cancel_recheck(Nothing) -> Nothing = status::cancel_recheck;

    /// All endpoints with their secrets' names and their counts.
    endpoints(Nothing) -> Vec<EndpointView> = endpoints::list;
    /// Makes an endpoint.
    add_endpoint(AddEndpoint) -> EndpointView = endpoints::add;
    /// Changes an endpoint.
    update_endpoint(UpdateEndpoint) -> EndpointView = endpoints::update;
    /// Removes an endpoint and its secrets; its requests stay. Can be undone for ten minutes.
    remove_endpoint(EndpointRef) -> Discarded = discards::endpoint;
    /// Sets a secret of an endpoint.
    set_secret(SetSecret) -> EndpointView = endpoints::set_secret;
    /// Removes a secret; can be undone for ten minutes.
    remove_secret(RemoveSecret) -> Discarded = discards::secret;

    /// Sets what the senders of an endpoint get.
    set_answer(SetAnswer) -> EndpointView = conduct::set_answer;
    /// The variables that an answer may have.
    answer_variables(Nothing) -> Vec<VariableView> = conduct::variables;
    /// Lets answers of an endpoint go wrong on purpose, or ends that.
    set_fault(SetFault) -> EndpointView = conduct::set_fault;

    /// Sets where the requests of an endpoint go by themselves.
    set_forwards(SetForwards) -> EndpointView = forwards::set;
    /// What waits for each target, and how the target stands.
    queues(Nothing) -> Vec<QueueView> = forwards::queues;
    /// What waits for a target, in its order.
    held(ListHeld) -> Vec<HeldView> = forwards::held;
    /// Lets what waits for a target wait on, or go.
    pause_queue(PauseQueue) -> Nothing = forwards::pause;
    /// Tries a target now, whatever its backoff says.
    drain_queue(TargetRef) -> Nothing = forwards::drain;
    /// Takes a held request out of its queue; the request stays. Can be undone for ten minutes.
    drop_held(HeldRef) -> Discarded = discards::held;
    /// Takes all that waits for a target out of its queue; the requests stay. Can be undone for ten minutes.
    drop_queue(TargetRef) -> Dropped = discards::queue;
    /// Moves a held request within its queue.
    move_held(MoveHeld) -> Nothing = forwards::shift;

    /// All providers with their samples.
    providers(Nothing) -> Vec<ProviderView> = providers::list;
    /// Sends a sample event through the listener.
    send_sample(SendSample) -> SampleSent = providers::send_sample;

    /// The schemes of the person's own, by id.
    own_schemes(Nothing) -> Vec<OwnSchemeView> = schemes::list;
    /// Keeps a scheme of the person's own; everything that was captured is judged again.
    save_own_scheme(SaveOwnScheme) -> OwnSchemeView = schemes::save;
    /// Removes a scheme of the person's own; can be undone.
    remove_own_scheme(OwnSchemeRef) -> RemedyApplied = schemes::remove;
    /// The file and the form that a scheme begins with; nothing is kept.
    draft_scheme(DraftScheme) -> SchemeReadingView = schemes::draft;
    /// A file and its form made of one another, and what is wrong with them; nothing is kept.
    read_scheme(ReadScheme) -> SchemeReadingView = schemes::read;
    /// The places of a request that a scheme can name, without what is there.
    scheme_places(RequestRef) -> Vec<String> = schemes::places;
    /// A scheme tried on one captured request; nothing is kept.
    try_scheme(TryScheme) -> TriedView = schemes::try_on_one;
    /// A scheme tried on a stretch of the captured requests; nothing is kept.
    try_scheme_on(TrySchemeOn) -> TriedOnView = schemes::try_on_many;
    /// How the sender of a request signs, best first.
    find_scheme(FindScheme) -> FoundSchemes = schemes::find;
    /// How far a search is.
    search_state(SearchRef) -> SearchView = schemes::search;
    /// Ends a search; what it found until then is given where it was begun.
    stop_search(SearchRef) -> Done = schemes::stop_search;
    /// Keeps a scheme as one of the person's own and checks the endpoint of a request by it; can be undone.
    adopt_scheme(AdoptScheme) -> RemedyApplied = schemes::adopt;

    /// The deliveries of a request, newest first.
    deliveries(ListDeliveries) -> Vec<DeliveryView> = deliveries::list;
    /// Sends a request again, unchanged.
    resend(Resend) -> DeliveryView = deliveries::resend;
    /// Sends an edited copy of a request.
    replay(Replay) -> DeliveryView = deliveries::replay;
    /// What would go, byte for byte, and what would be asked first; nothing goes.
    preview(AskPreview) -> PreviewView = deliveries::preview;
    /// Sends the bytes of a delivery once more, as another delivery.
    send_again(SendAgain) -> DeliveryView = deliveries::send_again;
    /// Ends what is under way.
    cancel_sending(CancelSending) -> Done = deliveries::cancel;
    /// Tries a delivery again now: one more attempt of it.
    try_again(DeliveryRef) -> DeliveryView = deliveries::try_again;
    /// Lets a delivery not be tried again by itself.
    stop_retries(DeliveryRef) -> DeliveryView = deliveries::stop_retries;
    /// Deliveries that will be tried again, the next first.
    waiting_deliveries(Nothing) -> Vec<DeliveryView> = deliveries::waiting;
    /// How two requests, sent copies or answers differ.
    compare(AskComparison) -> ComparisonView = compare::compare;
    /// The request before this one of the same endpoint, provider and event.
    previous_alike(RequestRef) -> PreviousView = compare::previous;
    /// How providers try again, for sending as they would.
    retry_presets(Nothing) -> Vec<RetryPreset> = targets::retry_presets;

    /// The drafts of requests that are there, the last changed first.
    drafts(Nothing) -> Vec<DraftView> = written::drafts;
    /// The draft of a request.
    draft(RequestRef) -> KeptDraftView = written::draft;
    /// Keeps what is written beside a request, in the place of its draft.
    save_draft(SaveDraft) -> Nothing = written::save_draft;
    /// Forgets the draft of a request.
    discard_draft(RequestRef) -> Done = written::discard_draft;
    /// The templates, by name.
    templates(Nothing) -> Vec<TemplateView> = written::templates;
    /// Keeps what is written beside a request as a template, in place of one of the same name.
    save_template(SaveTemplate) -> Vec<TemplateView> = written::save_template;
    /// Forgets a template.
    remove_template(TemplateRef) -> Vec<TemplateView> = written::remove_template;
    /// Fills in the variables of a template, to look at it or to use it.
    fill_template(FillTemplate) -> FilledTemplateView = written::fill_template;
    /// The variables of templates that have a value by themselves.
    template_variables(Nothing) -> Vec<VariableView> = written::variables;

    /// Begins a run: many requests sent one after the other or several at once.
    start_run(StartRun) -> RunView = runs::start;
    /// How many requests of a run to be carry a signature that has grown too old, and whether credentials stay here.
    run_ages(AskAges) -> AgesView = runs::ages;
    /// The newest runs, those of the past among them, newest first.
    runs(Nothing) -> Vec<RunView> = runs::list;
    /// How a run stands.
    run(RunRef) -> RunView = runs::state;
    /// Holds a run, or lets it go on.
    pause_run(PauseRun) -> RunView = runs::pause;
    /// Ends a run; what is under way is broken off.
    cancel_run(RunRef) -> RunView = runs::cancel;
    /// What came of the steps of a run, what failed first.
    run_steps(AskSteps) -> StepsView = runs::steps;
    /// What came of each request of a run, to be saved.
    run_report(AskReport) -> Text = runs::report;
    /// Sends the same event twice, several times at once and once under a new id, and compares the answers.
    check_idempotency(CheckIdempotency) -> IdempotencyView = runs::check_idempotency;
    /// What a check of the past found, as far as what was sent is still kept.
    idempotency_report(RunRef) -> IdempotencyView = runs::idempotency_report;

    /// All targets.
    targets(Nothing) -> Vec<TargetView> = targets::list;
    /// Makes a target or changes one.
    save_target(SaveTarget) -> TargetView = targets::save;
    /// Removes a target and the forwards that lead there; its deliveries stay. Can be undone for ten minutes.
    remove_target(TargetRef) -> Discarded = discards::target;
    /// Looks whether somebody accepts connections at each target; nothing is sent.
    check_targets(Nothing) -> Vec<ReachabilityView> = targets::check;
    /// Whether credentials that captured requests came with stay here on the way to a target or a URL.
    captured_credentials(WayRef) -> CredentialsView = targets::credentials;
    /// The certificate that a host shows, whoever vouches for it.
    shown_certificate(HostRef) -> CertificateView = targets::certificate;
    /// Agrees to send to a host that is neither on this machine nor in a private network.
    allow_host(HostRef) -> Nothing = targets::allow_host;
    /// Agrees to send live events to a host.
    allow_live(HostRef) -> Nothing = targets::allow_live;
    /// Asks again before anything goes to a host.
    withdraw_consent(HostRef) -> Nothing = targets::withdraw;
}

fn read<T: DeserializeOwned>(command: &str, arguments: Value) -> Result<T, ApiError> {
    serde_json::from_value(arguments).map_err(|error| ApiError {
        code: Code::BadInput,
        message: format!("the arguments of `{command}` are not of its form: {error}"),
        hint: None,
    })
}

fn write<T: serde::Serialize>(command: &str, result: &T) -> Result<Value, ApiError> {
    serde_json::to_value(result).map_err(|error| ApiError {
        code: Code::Failed,
        message: format!("the result of `{command}` cannot be written: {error}"),
        hint: None,
    })
}
