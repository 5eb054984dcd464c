-- The three roles of the warehouse, in the database one is connected to; run it as an administrator, as often as wanted:
--     psql --dbname insiders --file deploy/roles.sql
-- Then give each a password with \password, and make the tables as the owner: insiders upgrade
--
--     insiders_owner    makes and alters the tables: `insiders upgrade`, after each new version
--     insiders_writer   publishes refreshes: deletes and inserts rows, alters nothing
--     insiders_bi       reads: BI tools, the dashboard

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['insiders_owner', 'insiders_writer', 'insiders_bi'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = insiders', role_name, current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('ALTER ROLE insiders_bi IN DATABASE %I SET default_transaction_read_only = on', current_database());
    -- On RDS an administrator is no superuser: one must be in a role to make something that it owns.
    EXECUTE format('GRANT insiders_owner TO %I', current_user);
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS insiders AUTHORIZATION insiders_owner;
GRANT USAGE ON SCHEMA insiders TO insiders_writer, insiders_bi;

-- What is there, and whatever the owner makes from now on.
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA insiders TO insiders_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA insiders TO insiders_bi;
ALTER DEFAULT PRIVILEGES FOR ROLE insiders_owner IN SCHEMA insiders
    GRANT SELECT, INSERT, DELETE ON TABLES TO insiders_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE insiders_owner IN SCHEMA insiders
    GRANT SELECT ON TABLES TO insiders_bi;
