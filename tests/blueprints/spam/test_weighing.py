"""How sure one can be: never of what is not known, and ever surer with each decision."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blueprints.spam import signs
from blueprints.spam.signs import PRIOR, Text
from blueprints.spam.weighing import Counts, weigh
from understory.sanitize import comment_html

WORD = signs.token("word", "casino")


def share(source: str, seen=None, read=None) -> float:
    tokens = signs.read(Text("Ada", None, comment_html(source))).said
    return weigh(tokens, seen or {}, read or Counts()).share


def test_of_what_nothing_is_known_one_is_in_two_minds():
    assert share("The council has it wrong, and here is why.") == 0.5


def test_before_any_decision_plain_comments_pass_and_plain_spam_is_held():
    for fine in ("Buy now, they said.", "See https://a.example for more", "STOP THIS NONSENSE AT ONCE I SAY"):
        assert share(fine) < 0.8, fine
    for spam in (
        "Best online casino with free spins!",
        "Visit my website https://a.example https://b.example https://c.example",
        " ".join(f"https://a.example/{n}" for n in range(7)),
    ):
        assert share(spam) >= 0.8, spam


def test_a_word_tells_more_the_more_often_it_was_spam():
    shares = [weigh([WORD], {WORD: Counts(n, 0)}, Counts(100, 100)).share for n in (1, 5, 20, 41)]
    assert shares == sorted(shares)
    assert shares[0] < 0.8 < shares[-1]


def test_a_site_that_has_only_ever_marked_spam_takes_no_common_word_for_a_sign():
    tokens = list(range(100, 160))
    assert weigh(tokens, {token: Counts(900, 0) for token in tokens}, Counts(1000, 0)).share == 0.5


def test_a_sign_that_good_comments_bear_here_stops_counting_as_one():
    links = signs.token("sign", "some links")
    assert weigh([links], {}, Counts()).share > 0.7
    assert weigh([links], {links: Counts(1, 60)}, Counts(100, 100)).share < 0.5


def test_the_evidence_starts_with_what_told_most():
    seen = {1: Counts(3, 0), 2: Counts(90, 1), 3: Counts(0, 80)}
    evidence = weigh([1, 2, 3], seen, Counts(100, 100)).evidence
    assert [one.token for one in evidence][:2] in ([2, 3], [3, 2])


counts = st.integers(0, 10**6)


@given(st.dictionaries(st.integers(1, 200) | st.sampled_from(sorted(PRIOR)), st.tuples(counts, counts), max_size=100),
       counts, counts)  # fmt: skip
def test_whatever_was_counted_gives_a_share(seen, spam, ham):
    known = {token: Counts(min(a, spam), min(b, ham)) for token, (a, b) in seen.items()}
    assert 0 <= weigh(known, known, Counts(spam, ham)).share <= 1
