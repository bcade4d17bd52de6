SELECT
    group_id, controller_id, name, siren, legal_representative, dpo_name, dpo_email, dpo_phone, joint_with, processor_of, nis2, ars
FROM vigie.controllers
FINAL
WHERE {group:String} = '' OR group_id = {group:String}
ORDER BY group_id, controller_id
