DROP TABLE circle_turns;
DROP TABLE circle_members;
DROP TABLE circles;
