DROP TABLE budget_notices;
DROP TABLE budget_reads;
DROP TABLE budget_reservations;
DROP TABLE budget_days;
