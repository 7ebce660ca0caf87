-- Services of the municipality: episodes of care that start, pause, resume and end,
-- and the tasks by which others ask for it.

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs) VALUES
	('episode_of_care', 'plan_service', '', 'planned', '{municipality,social}', NULL, NULL),
	('episode_of_care', 'start_service', '', 'active', '{municipality,social}', NULL, NULL),
	('episode_of_care', 'start_service', 'planned', 'active', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'start_service', 'waitlist', 'active', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'pause_service', 'active', 'onhold', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'resume_service', 'onhold', 'active', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'end_service', 'active', 'finished', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'end_service', 'onhold', 'finished', '{municipality,social}', 'organization', NULL),
	('episode_of_care', 'cancel_service', 'planned', 'cancelled', '{municipality,social}', 'organization', 'a reason'),
	('episode_of_care', 'cancel_service', 'waitlist', 'cancelled', '{municipality,social}', 'organization', 'a reason');

INSERT INTO care.workflow_transition (entity, step, from_status, to_status, actors, party, needs)
SELECT 'task', t.step, t.from_status, t.to_status,
	'{hospital,municipality,general practice,specialist,pharmacy,therapist,social,region,citizen}', t.party, t.needs
FROM (VALUES
	('request_task', '', 'requested', NULL, 'an owner'),
	('accept_task', 'requested', 'accepted', 'owner', NULL),
	('accept_task', 'received', 'accepted', 'owner', NULL),
	('reject_task', 'requested', 'rejected', 'owner', 'a reason'),
	('reject_task', 'received', 'rejected', 'owner', 'a reason'),
	('start_task', 'requested', 'in-progress', 'owner', NULL),
	('start_task', 'accepted', 'in-progress', 'owner', NULL),
	('start_task', 'ready', 'in-progress', 'owner', NULL),
	('complete_task', 'requested', 'completed', 'owner', NULL),
	('complete_task', 'accepted', 'completed', 'owner', NULL),
	('complete_task', 'ready', 'completed', 'owner', NULL),
	('complete_task', 'in-progress', 'completed', 'owner', NULL),
	('cancel_task', 'requested', 'cancelled', 'requester', 'a reason'),
	('cancel_task', 'received', 'cancelled', 'requester', 'a reason'),
	('cancel_task', 'accepted', 'cancelled', 'requester', 'a reason'),
	('cancel_task', 'ready', 'cancelled', 'requester', 'a reason'),
	('cancel_task', 'in-progress', 'cancelled', 'requester', 'a reason'),
	('offer_task', 'accepted', 'accepted', 'owner', 'who is asked to take it over'),
	('offer_task', 'in-progress', 'in-progress', 'owner', 'who is asked to take it over'),
	('take_over_task', 'accepted', 'accepted', 'offered_to', NULL),
	('take_over_task', 'in-progress', 'in-progress', 'offered_to', NULL),
	('decline_task', 'accepted', 'accepted', 'offered_to', 'a reason'),
	('decline_task', 'in-progress', 'in-progress', 'offered_to', 'a reason')
) AS t (step, from_status, to_status, party, needs);

CREATE INDEX episode_of_care_fall_idx ON care.episode_of_care (organization)
	WHERE status = 'active' AND lower(type) = 'fall prevention';
