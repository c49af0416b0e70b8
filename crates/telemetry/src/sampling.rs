//! Which traces are kept.

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind},
};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample};

/// What the parent says; where there is none, what the linked trace was; else this share of them.
pub(crate) fn by_parent(ratio: f64) -> Sampler {
    Sampler::ParentBased(Box::new(Roots {
        ratio: Sampler::TraceIdRatioBased(ratio),
    }))
}

/// Decides about the first span of a trace.
#[derive(Clone, Debug)]
struct Roots {
    ratio: Sampler,
}

impl ShouldSample for Roots {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = match (span_kind, links) {
            // A call that no request and no work asked for is a poll, as for revocations twice a second.
            (SpanKind::Client, _) => &Sampler::AlwaysOff,
            (_, []) => &self.ratio,
            // A checkout and what the outbox does for it are kept or dropped together.
            (_, links) if links.iter().any(|it| it.span_context.is_sampled()) => &Sampler::AlwaysOn,
            _ => &Sampler::AlwaysOff,
        };
        sampler.should_sample(parent_context, trace_id, name, span_kind, attributes, links)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        SpanId, TraceFlags,
        trace::{SpanContext, TraceContextExt as _, TraceState},
    };
    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    const TRACE: TraceId = TraceId::from_bytes([7; 16]);

    fn other(flags: TraceFlags) -> SpanContext {
        let span = SpanId::from_bytes([7; 8]);
        SpanContext::new(TRACE, span, flags, true, TraceState::NONE)
    }

    fn is_kept(
        ratio: f64,
        parent: Option<TraceFlags>,
        kind: SpanKind,
        link: Option<TraceFlags>,
    ) -> bool {
        let parent = parent.map(|it| Context::new().with_remote_span_context(other(it)));
        let links: Vec<_> = link
            .map(|it| Link::with_context(other(it)))
            .into_iter()
            .collect();
        let result = by_parent(ratio).should_sample(parent.as_ref(), TRACE, "", &kind, &[], &links);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn a_part_is_kept_if_the_whole_is() {
        for kind in [SpanKind::Server, SpanKind::Client] {
            assert!(is_kept(0.0, Some(TraceFlags::SAMPLED), kind.clone(), None));
            assert!(!is_kept(1.0, Some(TraceFlags::NOT_SAMPLED), kind, None));
        }
    }

    #[test]
    fn a_request_from_outside_is_kept_by_chance() {
        assert!(is_kept(1.0, None, SpanKind::Server, None));
        assert!(!is_kept(0.0, None, SpanKind::Server, None));
    }

    #[test]
    fn what_is_done_later_is_kept_if_the_request_was() {
        let work = SpanKind::Consumer;
        assert!(is_kept(0.0, None, work.clone(), Some(TraceFlags::SAMPLED)));
        assert!(!is_kept(1.0, None, work, Some(TraceFlags::NOT_SAMPLED)));
    }

    #[test]
    fn a_poll_is_not_kept() {
        assert!(!is_kept(1.0, None, SpanKind::Client, None));
    }
}
