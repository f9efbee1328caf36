"""Ana and Ben in every table with personal data, each beside the other, as SQL."""

from __future__ import annotations

# Whatever names Ana, in any column; every such text holds "ana" and nothing else does.
SEASON = """
INSERT INTO communities (id, name, zone, locale, weekly_at, joined_us)
    VALUES (:community, 'One', 'UTC', 'en', 0, 0), (:other, 'Two', 'UTC', 'en', 0, 0);
INSERT INTO people (id, created_us) VALUES (:ana, 0), (:ben, 0);
INSERT INTO members (community_id, discord_id, person_id, name, consent_us, consent_version, naming,
        description, show_posts, delivery, distance, zone, quiet_from, quiet_until, locale, country,
        employer)
    VALUES (:community, :ana_discord, :ana, 'ana-name', 1, 1, 'name', 'ana-words', 1, 'dm', 0.5,
        'UTC', 0, 0, 'en', 'ana-land', 'ana-work'),
    (:other, :ana_discord, :ana, 'ana-name', 1, 1, 'name', 'ana-words', 1, 'dm', 0.5,
        'UTC', 0, 0, 'en', 'ana-land', 'ana-work'),
    (:community, :ben_discord, :ben, 'B', 1, 1, 'name', '', 1, 'dm', 0.5, 'UTC', 0, 0, 'en', '',
        '');
INSERT INTO accounts (id, platform, native_id, handle, name, person_id, seen_us)
    VALUES (:ana_x, 'x', '811111111111111111', 'Ana_Handle', 'ana-shown', :ana, 1),
    (:ana_sky, 'bluesky', 'did:plc:anaanaana', 'ana.example', 'ana-shown', :ana, 1),
    (:ben_x, 'x', '822222222222222222', 'b', 'B', :ben, 1);
INSERT INTO person_fields (person_id, field, stance, confidence)
    VALUES (:ana, 'ana-field', 'work', 1.0), (:ben, 'nursing', 'work', 1.0);
INSERT INTO claims (code, person_id, expires_us) VALUES ('ana-code', :ana, 9), ('code', :ben, 9);
INSERT INTO blocks (person_id, other_id, created_us) VALUES (:ana, 77, 1), (:ben, :ana_x, 1);
INSERT INTO posts (id, platform, native_id, author_id, at_us, text, conversation_id, reply_to_id,
        quote_of_id, repost_of_id)
    VALUES (:ana_post, 'x', '1911111111111111111', :ana_x, 10, 'ana-text', NULL, NULL, NULL, NULL),
    (:ana_skeet, 'bluesky', 'at://did:plc:anaanaana/app.bsky.feed.post/ana1', :ana_sky, 11,
        'ana-skeet', NULL, NULL, NULL, NULL),
    (:ben_post, 'x', '1922222222222222222', :ben_x, 12, '@Ana_Handle hello', :ana_post, :ana_post,
        :ana_post, NULL),
    (:ben_repost, 'x', '1933333333333333333', :ben_x, 13, NULL, NULL, NULL, NULL, :ana_post);
INSERT INTO engagements (post_id, target_id, kind, source_id, at_us)
    VALUES (:ben_post, :ana_x, 'reply', :ben_x, 12), (:ben_repost, :ana_x, 'repost', :ben_x, 13),
    (:ana_skeet, :ben_x, 'mention', :ana_sky, 11), (:ben_post, 99, 'mention', :ben_x, 12);
INSERT INTO hashtags (id, normal, shown) VALUES (31, 'lrnchat', 'lrnchat');
INSERT INTO post_hashtags (hashtag_id, post_id) VALUES (31, :ana_post), (31, :ben_post);
INSERT INTO post_links (post_id, url) VALUES (:ana_post, 'https://example.org/ana-link'),
    (:ben_post, 'https://x.com/Ana_Handle/status/1911111111111111111');
INSERT INTO absences (id, at_us, is_away) VALUES (:ana_sky, 1, 1), (:ben_x, 1, 0);
INSERT INTO local_ids (source, local_id, post_id) VALUES ('mastodon one', 'ana-1', :ana_skeet),
    ('mastodon one', '2', :ben_post);
INSERT INTO chats (id, community_id, name, host_id, zone, rhythm, first_local, duration_us)
    VALUES (41, :community, 'Chat', :ana_discord, 'UTC', 'weekly', '2026-05-13T18:00', 1);
INSERT INTO conferences (id, community_id, name, host_id, zone, first_day, last_day)
    VALUES (42, :community, 'Conf', :ana_discord, 'UTC', '2026-05-13', '2026-05-14');
INSERT INTO gathering_hashtags (gathering_id, hashtag_id, position) VALUES (41, 31, 0), (42, 31, 0);
INSERT INTO sessions (id, community_id, chat_id, starts_us, ends_us, state)
    VALUES (51, :community, 41, 1, 99, 'ended');
INSERT INTO session_posts (session_id, post_id) VALUES (51, :ana_post), (51, :ben_post);
INSERT INTO presences (session_id, person_id, at_us) VALUES (51, :ana, 1), (51, :ben, 1);
INSERT INTO hidden_posts (community_id, post_id) VALUES (:community, :ana_post),
    (:community, :ben_post);
INSERT INTO hidden_accounts (community_id, account_id) VALUES (:community, :ana_x),
    (:community, :ben_x);
INSERT INTO connections (id, owner_id, person_id, kind, reason, since_us, origin)
    VALUES (61, :ana, :ben_x, 'interest', 'ana-reason', 1, 'member'),
    (62, :ben, :ana_x, 'interest', 'ana is kind', 1, 'member'),
    (63, :ben, 99, 'interest', '', 1, 'member');
UPDATE connections SET account_id = :ben_x, post_id = :ben_post, note = 'ana-note' WHERE id = 61;
UPDATE connections SET account_id = :ana_x, post_id = :ana_post WHERE id = 62;
UPDATE connections SET post_id = :ana_post WHERE id = 63;
INSERT INTO learnings (id, owner_id, connection_id, learned, connects_to, will_try, link, at_us)
    VALUES (65, :ana, 61, 'ana-learned', '', '', '', 1), (66, :ben, 62, 'to ask', '', '', '', 1);
INSERT INTO suggestions (id, community_id, member_id, about_id, score, engine, created_us)
    VALUES (71, :community, :ana, :ben, 1.0, '1', 1), (72, :community, :ben, :ana_x, 1.0, '1', 1),
    (73, :community, :ben, 99, 1.0, '1', 1);
INSERT INTO suggestion_reasons (suggestion_id, position, term, weight, own_post, other_post, detail)
    VALUES (71, 0, 'same_question', 1.0, :ana_post, :ben_post, 'Q3'),
    (72, 0, 'same_question', 1.0, :ben_post, :ana_post, 'Q3'),
    (73, 0, 'shared_contact', 1.0, NULL, :ana_post, '');
INSERT INTO offers (suggestion_id, chance_a, chance_b, propensity, planned, plain, features)
    VALUES (71, 0.5, 0.5, 1.0, 1, 1, '[{}, {}]'), (72, 0.5, 0.5, 1.0, 1, 1, '[{}, {}]'),
    (73, 0.5, 0.5, 1.0, 1, 1, '[{}, {}]');
INSERT INTO introductions (id, community_id, suggestion_id, a_id, b_id, state, line, created_us,
        changed_us)
    VALUES (81, :community, 71, :ana, :ben, 'declined', 'ana-line', 1, 2),
    (82, :community, 72, :ben, :ana, 'asked_a', 'from B', 1, 1),
    (83, :community, 73, :ben, 99, 'asked_a', '', 1, 1);
INSERT INTO introductions (id, community_id, suggestion_id, a_id, b_id, state, line, created_us,
        changed_us, by_id, by_line)
    VALUES (84, :community, 73, :ben, 98, 'asked_a', '', 1, 1, :ana, 'ana proposes');
INSERT INTO proposals VALUES (85, :community, :ana, 1), (86, :community, :ben, 1);
INSERT INTO asks VALUES (121, :community, :ana, 'question', 'ana-field', 'ana-asks', 'asked', 1),
    (122, :community, :ben, 'question', 'nursing', 'how', 'asked', 1);
INSERT INTO ask_helpers (id, ask_id, person_id, asked_us)
    VALUES (123, 121, :ben, 1), (124, 122, :ana, 1), (125, 122, 99, 1);
INSERT INTO reconnections VALUES (131, :community, :ana, 61, :ben_post, NULL, NULL, 1),
    (132, :community, :ben, 62, :ana_post, 63, :ana_post, 1);
INSERT INTO circles (id, community_id, number, gathering, state, every_days, created_us)
    VALUES (141, :community, 1, '#lrnchat', 'open', 14, 1);
INSERT INTO circle_members (circle_id, person_id, answer)
    VALUES (141, :ana, 'weekly'), (141, :ben, 'fortnightly');
INSERT INTO circle_turns VALUES (142, 141, :ana, 1), (143, 141, :ben, 2);
INSERT INTO yearly_ties VALUES (:ana_x, :ben_x, 2024, 3), (:ben_x, :ana_x, 2024, 2),
    (:ben_x, 99, 2024, 1);
INSERT INTO reports (id, community_id, about, subject, by_id, created_us)
    VALUES (91, :community, 'introduction', 81, :ben, 1),
    (92, :community, 'introduction', 83, :ana, 1), (93, :community, 'help', 124, :ben, 1),
    (94, :community, 'help', 125, :ben, 1);
INSERT INTO follow_ups (id, community_id, session_id, member_id, about_id, kind, own_post,
        other_post, rank)
    VALUES (101, :community, 51, :ana, :ben, 'met', :ana_post, :ben_post, 0),
    (102, :community, 51, :ben, :ana_x, 'met', :ben_post, :ana_post, 0),
    (103, :community, 51, :ben, 99, 'met', NULL, :ana_post, 1);
INSERT INTO prompts (id, community_id, kind, subject, recipient_id, due_us, expires_us, unasked,
        state, answer)
    VALUES (111, :community, 'digest', 202620, :ana_discord, 1, 9, 1, 'sent', 'ana-answer'),
    (112, :community, 'introduction', 81, :ben_discord, 1, 9, 1, 'answered', 'no'),
    (113, :community, 'follow_up', 102, :ben_discord, 1, 9, 1, 'due', ''),
    (114, :community, 'suggestion', 83, :ben_discord, 1, 9, 1, 'due', ''),
    (115, :community, 'digest', 202620, :ben_discord, 1, 9, 1, 'sent', ''),
    (116, :community, 'answer', :ana_post, NULL, 1, 9, 0, 'sent', ''),
    (117, :community, 'ask', 123, :ben_discord, 1, 9, 1, 'sent', ''),
    (118, :community, 'check_in', 81, :ben_discord, 1, 9, 1, 'sent', ''),
    (119, :community, 'ask_public', 121, NULL, 1, 9, 0, 'sent', ''),
    (120, :community, 'circle_turn', 142, NULL, 1, 9, 0, 'sent', '');
INSERT INTO plans VALUES (51, '', '', :ana_discord, 1);
INSERT INTO cohosts VALUES (41, :ana, ''), (41, :ben, ''), (41, 0, 'ana_handle'), (42, 0, 'b');
INSERT INTO rota VALUES (41, :ana_discord, 1), (41, :ben_discord, 1);
INSERT INTO notices VALUES (51, :ana_discord, '2026-05-01'), (51, :ben_discord, '2026-05-01');
INSERT INTO goings VALUES (51, :ana_discord, 'dm', 1), (51, :ben_discord, 'dm', 1);
INSERT INTO looks VALUES (51, :ana, 1), (51, :ben, 1);
"""
