//! What a policy can say something about: the keys of its file, and the words for them on the screen.

/// One key of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Who,
    BaseBranches,
    Models,
    Agents,
    TemplateRequired,
    DraftPull,
    Active,
    StartsPerHour,
    StartsPerDay,
    RetriesPerPrompt,
    OpenPulls,
    CreditsPerDay,
    PremiumPerDay,
    AutomationTriggers,
    AutomationWriteScopes,
    AutomationActors,
    AutomationUsageLimit,
    AutomationModels,
    AutomationsPerRepo,
    AutomationBranches,
}

impl Key {
    /// Those that count something and can be exceeded.
    pub const LIMITS: [Self; 7] = [
        Self::Active,
        Self::StartsPerHour,
        Self::StartsPerDay,
        Self::RetriesPerPrompt,
        Self::OpenPulls,
        Self::CreditsPerDay,
        Self::PremiumPerDay,
    ];

    /// As in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::BaseBranches => "base_branches",
            Self::Models => "models",
            Self::Agents => "agents",
            Self::TemplateRequired => "template_required",
            Self::DraftPull => "draft_pull",
            Self::Active => "active",
            Self::StartsPerHour => "starts_per_hour",
            Self::StartsPerDay => "starts_per_day",
            Self::RetriesPerPrompt => "retries_per_prompt",
            Self::OpenPulls => "open_pulls",
            Self::CreditsPerDay => "credits_per_day",
            Self::PremiumPerDay => "premium_requests_per_day",
            Self::AutomationTriggers => "automations.triggers",
            Self::AutomationWriteScopes => "automations.write_scopes",
            Self::AutomationActors => "automations.actor_permission_required",
            Self::AutomationUsageLimit => "automations.usage_limit_required",
            Self::AutomationModels => "automations.models",
            Self::AutomationsPerRepo => "automations.per_repo",
            Self::AutomationBranches => "automations.forbidden_branches",
        }
    }

    /// What is counted: “2 of 3 active”.
    pub(super) fn counted(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::StartsPerHour => "starts in an hour",
            Self::StartsPerDay => "starts in a day",
            Self::RetriesPerPrompt => "retries of this prompt",
            Self::OpenPulls => "open PRs",
            Self::CreditsPerDay => "credits in a day",
            Self::PremiumPerDay => "premium requests in a day",
            Self::Who => "who starts",
            Self::BaseBranches => "base branch",
            Self::Models => "model",
            Self::Agents => "agent",
            Self::TemplateRequired => "template",
            Self::DraftPull => "pull request",
            Self::AutomationTriggers => "trigger",
            Self::AutomationWriteScopes => "write scope",
            Self::AutomationActors => "who sets it off",
            Self::AutomationUsageLimit => "usage limit",
            Self::AutomationModels => "model",
            Self::AutomationsPerRepo => "automations",
            Self::AutomationBranches => "branch",
        }
    }
}
